package generate

import "runtime/debug"

// prepare has the constraint of an answer find out what may come next. Where
// that takes long, the answer waits for it while others go on; constraints are
// prepared one at a time, so that a few hard ones do not take all processors.
func (s *scheduler) prepare(a *answer) {
	c := a.options.Constraint
	if c == nil || c.Ready() {
		return
	}
	formed := make(chan *failure, 1)
	a.forming = formed
	s.running.Go(func() {
		s.forming <- struct{}{}
		defer s.poke()
		defer func() { <-s.forming }()
		defer func() {
			if value := recover(); value != nil {
				formed <- &failure{value, debug.Stack()}
			}
		}()
		c.Prepare()
		formed <- nil
	})
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
