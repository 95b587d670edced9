package generate

import (
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// preparer finds out what may come next in answers whose constraints are hard to
// follow, beside the steps of the scheduler: the answers wait for it, others go
// on. It works with one processor, for the answer that took least of it so far,
// a part at a time, so that a few hard forms keep neither the steps nor easy
// forms waiting.
type preparer struct {
	mu      sync.Mutex
	waiting []*answer
	awake   bool
}

// prepare has the constraint of an answer find out what may come next.
func (s *scheduler) prepare(a *answer) {
	if c := a.options.Constraint; c == nil || c.Ready() {
		return
	}
	a.forming = make(chan *failure, 1)
	p := &s.forms
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, a)
	if !p.awake {
		p.awake = true
		s.running.Go(func() {
			for p.part() {
				s.poke()
			}
		})
	}
}

// part does a part of the work, and returns whether there was any.
func (p *preparer) part() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		p.awake = false
		return false
	}
	a := slices.MinFunc(p.waiting, func(a, b *answer) int { return int(a.formed - b.formed) })
	p.mu.Unlock()
	done, failed := a.formPart()
	p.mu.Lock()
	if done || failed != nil {
		p.waiting = slices.DeleteFunc(p.waiting, func(other *answer) bool { return other == a })
		a.forming <- failed
	}
	return true
}

func (a *answer) formPart() (done bool, failed *failure) {
	defer func() {
		if value := recover(); value != nil {
			failed = &failure{value, debug.Stack()}
		}
	}()
	begun := time.Now()
	done = a.options.Constraint.Prepare()
	a.formed += time.Since(begun)
	return done, nil
}

// waits reports whether the constraint of an answer is still being prepared.
func (a *answer) waits() bool {
	if a.forming == nil {
		return false
	}
	select {
	case f := <-a.forming:
		a.forming = nil
		if f != nil {
			a.failure = f
		}
		return false
	default:
		return true
	}
}

// poke has the scheduler look again at what there is to do.
func (s *scheduler) poke() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}
