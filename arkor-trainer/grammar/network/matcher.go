package network

import "math"

// Matcher follows one answer. It belongs to one goroutine at a time.
type Matcher struct {
	machine *Machine
	at      *config
	bytes   func(token int32) []byte
	stops   []int32

	unread   []byte   // accepted, and not followed yet
	allowed  []uint64 // tokens that may follow; nil when they are not known
	complete bool     // the answer may end here; known with allowed
	way      *walk    // of what is being prepared
}

// Matcher returns a matcher at the beginning of an answer. stops are the tokens
// that end one.
func (m *Machine) Matcher(bytes func(token int32) []byte, stops []int32) *Matcher {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Matcher{machine: m, at: m.start, bytes: bytes, stops: stops}
}

// Ready finds out what may come next where another answer has found it out
// before, and reports whether it did. It never waits.
func (m *Matcher) Ready() bool {
	if m.allowed != nil {
		return true
	}
	if !m.machine.mu.TryLock() {
		return false
	}
	defer m.machine.mu.Unlock()
	at := m.at
	for _, b := range m.unread {
		if at = at.next[m.machine.net.class[b]]; at == nil {
			return false
		}
	}
	if at.mask == nil {
		return false
	}
	m.at, m.unread = at, m.unread[:0]
	m.allowed, m.complete = at.mask, at.complete
	return true
}

// Prepare does a part of the work of finding out what may come next, and reports
// whether it is done. All parts together take as long as the limits of a machine
// allow.
func (m *Matcher) Prepare() (done bool) {
	if m.allowed != nil {
		return true
	}
	m.machine.mu.Lock()
	defer m.machine.mu.Unlock()
	m.follow()
	if m.at.mask == nil {
		if m.way == nil {
			m.way = &walk{from: m.at}
		}
		if !m.machine.walk(m.way) {
			return false
		}
	}
	m.way = nil
	m.allowed, m.complete = m.at.mask, m.at.complete
	m.at = m.machine.trim(m.at)
	return true
}

// follow reads what was accepted; the machine is locked.
func (m *Matcher) follow() {
	for _, b := range m.unread {
		m.at = m.machine.step(m.at, b)
	}
	m.unread = m.unread[:0]
}

// Mask sets the scores of all tokens that may not come next to minus infinity,
// and reports whether any may.
func (m *Matcher) Mask(logits []float32) (possible bool) {
	for !m.Prepare() {
	}
	ends := make([]float32, len(m.stops))
	for i, stop := range m.stops {
		ends[i] = impossible
		if m.complete && int(stop) < len(logits) {
			ends[i] = logits[stop]
		}
	}
	possible = m.complete
	for i := range logits {
		if i>>6 >= len(m.allowed) || m.allowed[i>>6]>>(i&63)&1 == 0 {
			logits[i] = impossible
		} else {
			possible = true
		}
	}
	for i, stop := range m.stops {
		if int(stop) < len(logits) {
			logits[stop] = ends[i]
		}
	}
	return possible
}

var impossible = float32(math.Inf(-1))

// Accept notes that token came next.
func (m *Matcher) Accept(token int32) {
	m.unread = append(m.unread, m.bytes(token)...)
	m.allowed, m.way = nil, nil
}

// now returns where the answer is.
func (m *Matcher) now() *config {
	m.machine.mu.Lock()
	defer m.machine.mu.Unlock()
	m.follow()
	return m.at
}

// Complete reports whether the answer may end here.
func (m *Matcher) Complete() bool { return m.now().complete }

// Dead reports whether what was accepted is no beginning of an answer.
func (m *Matcher) Dead() bool { return m.now().dead() }

// Matches reports whether text is a whole answer.
func (m *Matcher) Matches(text string) bool { return m.machine.Matches(text) }

// Matches reports whether text is one of those that the network allows.
func (m *Machine) Matches(text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.start
	for i := range len(text) {
		at = m.step(at, text[i])
	}
	return at.complete
}
