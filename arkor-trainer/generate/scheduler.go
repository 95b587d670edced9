package generate

import (
	"runtime/debug"
	"slices"
	"sync"
)

const (
	// promptRows is how many tokens of prompts are read in one step while other
	// answers are being written: these would otherwise stand still for a long
	// prompt.
	promptRows = 32

	// leastShare keeps many prompts from being read one token each.
	leastShare = 8
)

// scheduler takes all answers in progress through the model together, a step at
// a time: each gets its next token, and prompts are read in pieces beside them.
// New answers join between two steps.
type scheduler struct {
	engine   *Engine
	groups   []*group
	prefixes prefixes
	running  sync.WaitGroup // the goroutine that makes the steps, while there are answers

	mu      sync.Mutex
	arrived []*answer
	awake   bool

	active  []*answer // of the steps
	job     *job
	forms   preparer
	changed chan struct{} // a token when there may be something to do again
}

// group is a part of the answers in progress, with the batch that they go
// through the model in. Groups run beside each other, so that processors need
// to wait for one another once in a step only.
type group struct {
	batch   *batch
	answers []*answer // that get a token in this step
	rows    []int     // of their last tokens
}

// smallModel is the size, in parameters, of a model whose weights several
// processors may read at the same time: they stay in a cache that is shared. A
// larger one is read from memory once for all answers, by all processors
// together.
const smallModel = 8 << 20

func newScheduler(e *Engine) *scheduler {
	s := &scheduler{
		engine: e, job: newJob(), prefixes: prefixes{limit: maxPrefixes},
		changed: make(chan struct{}, 1),
	}
	groups := 1
	if e.config.NumParameters() <= smallModel {
		groups += e.pool.size
	}
	s.groups = make([]*group, groups)
	return s
}

// add begins an answer; its done is closed at the end.
func (s *scheduler) add(a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived = append(s.arrived, a)
	s.poke()
	if !s.awake {
		s.awake = true
		s.running.Go(s.run)
	}
}

// run makes steps until nothing is left to do.
func (s *scheduler) run() {
	for s.join() {
		s.step()
	}
}

// join lets new answers in, and returns whether there are any at all.
func (s *scheduler) join() bool {
	s.mu.Lock()
	arrived := s.arrived
	s.arrived = nil
	if len(s.active)+len(arrived) == 0 {
		s.awake = false // from here on, another goroutine may be the one
		s.mu.Unlock()
		return false
	}
	s.mu.Unlock()
	for _, a := range arrived {
		s.prefixes.copyTo(a.sequence, a.tokens)
		s.prepare(a)
	}
	s.active = append(s.active, arrived...)
	return true
}

// step reads and picks tokens, and hands them out. A bug in the model's part
// ends all answers, one in an answer's own part ends that one.
func (s *scheduler) step() {
	defer func() {
		if value := recover(); value != nil {
			for _, a := range s.active {
				a.broke(value)
				close(a.done)
			}
			s.active = s.active[:0]
			clear(s.groups) // they may be in the middle of something
		}
	}()
	s.sweep(func(a *answer) bool {
		switch {
		case a.waits(): // also when it is cancelled: what prepares its constraint belongs to it
			return false
		case a.ctx.Err() != nil:
			a.result.FinishReason = FinishCancelled
			return true
		}
		return a.failure != nil
	})
	groups := s.plan()
	if groups == 0 && len(s.active) > 0 {
		<-s.changed // all of them wait
		return
	}
	s.engine.pool.run(s.job, s, groups)
	s.sweep(func(a *answer) (ended bool) {
		a.guarded(func() { ended = a.deliver() })
		return ended || a.failure != nil
	})
	for _, a := range s.active {
		if a.picks {
			s.prepare(a)
		}
	}
	// Whoever did not fit, or got little, comes first in the next step.
	if n := len(s.active); n > 1 {
		first := s.active[0]
		copy(s.active, s.active[1:])
		s.active[n-1] = first
	}
}

// sweep takes out the answers that ended says are at their end.
func (s *scheduler) sweep(ended func(*answer) bool) {
	s.active = slices.DeleteFunc(s.active, func(a *answer) bool {
		if !ended(a) {
			return false
		}
		s.prefixes.keep(a.sequence, a.tokens)
		close(a.done)
		return true
	})
}

// plan fills the batches: with a token of every answer that is being written,
// and with prompts in equal shares. It returns how many groups there are.
func (s *scheduler) plan() (groups int) {
	for _, g := range s.groups {
		if g != nil {
			g.clear()
		}
	}
	prompts := 0
	for _, a := range s.active {
		if a.picks = false; a.reading() {
			prompts++
		}
	}
	rows, room := 0, batchRows
	if prompts > 0 {
		room -= promptRows
	}
	for _, a := range s.active {
		if !a.reading() && rows < room {
			rows += s.read(a, 1)
		}
	}
	room = batchRows
	if rows > 0 {
		room = rows + promptRows
	}
	for _, a := range s.active {
		if a.reading() && rows < room {
			rows += s.read(a, min(room-rows, max((room-rows)/prompts, leastShare)))
			prompts--
		}
	}
	for groups < len(s.groups) && s.groups[groups] != nil && s.groups[groups].batch.rows > 0 {
		groups++
	}
	return groups
}

// read puts up to n tokens of an answer into the smallest group.
func (s *scheduler) read(a *answer, n int) int {
	unread := a.unread()
	if n = min(n, len(unread)); n == len(unread) && a.forming != nil {
		n-- // the last one when it is known what may follow
	}
	if n == 0 {
		return 0
	}
	smallest := 0
	for i, g := range s.groups {
		if g == nil {
			g = &group{batch: s.engine.newBatch()}
			s.groups[i] = g
		}
		if g.batch.rows < s.groups[smallest].batch.rows {
			smallest = i
		}
		if g.batch.rows == 0 {
			break
		}
	}
	g := s.groups[smallest]
	g.batch.add(a.sequence, unread[:n])
	if a.picks = n == len(unread); a.picks {
		g.answers, g.rows = append(g.answers, a), append(g.rows, g.batch.rows-1)
	}
	return n
}

// chunk takes a group one step further.
func (s *scheduler) chunk(i int) { s.groups[i].step() }

func (g *group) clear() {
	g.batch.clear()
	g.answers, g.rows = g.answers[:0], g.rows[:0]
}

// step reads the batch and picks the next token of all answers that have read
// all of theirs.
func (g *group) step() {
	g.batch.forward()
	if len(g.rows) == 0 {
		return
	}
	logits, width := g.batch.score(g.rows), g.batch.engine.config.VocabSize
	for i, a := range g.answers {
		a.guarded(func() { a.pick(logits[i*width:][:width]) })
	}
}

// guarded runs what belongs to one answer; a panic ends that one only.
func (a *answer) guarded(f func()) {
	defer func() {
		if value := recover(); value != nil {
			a.broke(value)
		}
	}()
	f()
}

func (a *answer) broke(value any) { a.failure = &failure{value, debug.Stack()} }
