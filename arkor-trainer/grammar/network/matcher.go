package network

import "math"

// Matcher follows one answer. It belongs to one goroutine.
type Matcher struct {
	machine *Machine
	at      *config
	bytes   func(token int32) []byte
	stops   []int32
}

// Matcher returns a matcher at the beginning of an answer. stops are the tokens
// that end one.
func (m *Machine) Matcher(bytes func(token int32) []byte, stops []int32) *Matcher {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Matcher{machine: m, at: m.start, bytes: bytes, stops: stops}
}

// Mask sets the scores of all tokens that may not come next to minus infinity.
func (m *Matcher) Mask(logits []float32) {
	m.machine.mu.Lock()
	m.at = m.machine.trim(m.at)
	allowed := m.machine.allowed(m.at)
	complete := m.at.complete
	m.machine.mu.Unlock()
	ends := make([]float32, len(m.stops))
	for i, stop := range m.stops {
		ends[i] = impossible
		if complete && int(stop) < len(logits) {
			ends[i] = logits[stop]
		}
	}
	for i := range logits {
		if i>>6 >= len(allowed) || allowed[i>>6]>>(i&63)&1 == 0 {
			logits[i] = impossible
		}
	}
	for i, stop := range m.stops {
		if int(stop) < len(logits) {
			logits[stop] = ends[i]
		}
	}
}

var impossible = float32(math.Inf(-1))

// Accept notes that token came next.
func (m *Matcher) Accept(token int32) {
	m.machine.mu.Lock()
	defer m.machine.mu.Unlock()
	for _, b := range m.bytes(token) {
		m.at = m.machine.step(m.at, b)
	}
}

// Complete reports whether the answer may end here.
func (m *Matcher) Complete() bool { return m.at.complete }

// Dead reports whether what was accepted is no beginning of an answer.
func (m *Matcher) Dead() bool { return m.at.dead() }

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
