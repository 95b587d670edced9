package inference

import (
	"cmp"
	"fmt"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// errWait means that a request has to stay in the line.
var errWait = busy("wait")

// dispatch gives the requests in the line what has become free; p.mu is held.
func (p *Pool) dispatch() {
	for _, w := range p.workers {
		w.draining = false
	}
	blocked := map[string]bool{} // models that nothing more can be asked of
	p.line.serve(func(next *waiting) bool {
		if blocked[next.model] {
			return false
		}
		w, err := p.place(next.model, cmp.Or(p.seen[next.model], next.needs))
		if err == errWait {
			blocked[next.model] = true
			return false
		}
		next.settle(w, err)
		return true
	})
}

// place returns a worker for a model and marks it as in use.
func (p *Pool) place(model string, needs int64) (*worker, error) {
	w := p.workers[model]
	if w != nil && isClosed(w.gone) {
		p.drop(model, w)
		w = nil
	}
	if w == nil {
		if err := p.makeRoom(model, needs); err != nil {
			return nil, err
		}
		program, err := sibling.Find(p.Env, "arkor-trainer")
		if err != nil {
			return nil, err
		}
		if w, err = startWorker(program, process.WorkerEnv(p.Env.Environ), model, p.Stall); err != nil {
			return nil, fmt.Errorf("start arkor-trainer: %w", err)
		}
		w.needs = needs
		w.idle = time.AfterFunc(p.Idle, func() { p.expire(model, w) })
		p.workers[model] = w
	}
	if w.draining || w.active >= p.MaxActive {
		return nil, errWait
	}
	w.active++
	w.idle.Stop()
	return w, nil
}

// makeRoom makes room for a model by dropping those that nobody uses. When all
// are in use, the one with the fewest answers takes no more until it can be
// dropped.
func (p *Pool) makeRoom(model string, needs int64) error {
	for {
		short := p.short(needs)
		if short == nil && len(p.workers) < p.MaxModels {
			return nil
		}
		if short != nil && (short.never || len(p.workers) == 0) {
			return short.refusal(model)
		}
		name, w := p.leastUsed()
		if w.active > 0 {
			w.draining = true
			return errWait
		}
		p.drop(name, w)
	}
}

// leastUsed returns a worker that nobody uses, the one that was unused for
// longest, or else the one with the fewest answers.
func (p *Pool) leastUsed() (model string, w *worker) {
	for name, other := range p.workers {
		if w == nil || other.active < w.active || other.active == 0 && w.active == 0 && other.used.Before(w.used) {
			model, w = name, other
		}
	}
	return model, w
}

// shortage says that a model does not fit.
type shortage struct {
	needs, free int64
	never       bool // the machine is too small
}

// short returns why a model does not fit into memory, nil when it does or when
// nothing is known. A part of the memory stays free for everybody else.
func (p *Pool) short(needs int64) *shortage {
	total, free, ok := p.Memory.Free()
	if !ok || needs == 0 {
		return nil
	}
	free += p.departing
	for _, w := range p.workers {
		if !isClosed(w.ready) { // what it will still take
			free -= max(0, w.needs-p.Memory.Resident(w.cmd.Process.Pid))
		}
	}
	spare := total - total/reserved
	if free -= total / reserved; needs > free {
		return &shortage{needs, max(0, free), needs > spare}
	}
	return nil
}

// reserved is the part of the memory that models leave alone: a sixteenth.
const reserved = 16

func (s *shortage) refusal(model string) error {
	if s.never {
		return &Error{"model_too_large", fmt.Sprintf("%s needs about %s of memory, more than this machine has for models", model, inBytes(s.needs))}
	}
	return busy(fmt.Sprintf("%s needs about %s of memory and %s are free; try again when there is more", model, inBytes(s.needs), inBytes(s.free)))
}

func inBytes(n int64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}

// patrol drops models that nobody uses while memory is short: others need it
// more.
func (p *Pool) patrol() {
	for ticker := time.NewTicker(p.Patrol); ; {
		select {
		case <-p.life.Done():
			ticker.Stop()
			return
		case <-ticker.C:
		}
		p.mu.Lock()
		if total, free, ok := p.Memory.Free(); ok && free < total/reserved {
			if name, w := p.leastUsed(); w != nil && w.active == 0 {
				p.drop(name, w)
			}
		}
		p.mu.Unlock()
	}
}

// release gives back what take took.
func (p *Pool) release(model string, w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.active--
	w.used = time.Now()
	if w.active == 0 {
		w.idle.Reset(p.Idle)
		p.seen[model] = max(p.seen[model], p.Memory.Resident(w.cmd.Process.Pid))
	}
	p.dispatch()
}

// expire stops a worker that nobody used for a while.
func (p *Pool) expire(model string, w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.active == 0 && p.workers[model] == w {
		p.drop(model, w)
		p.dispatch()
	}
}

// lost forgets a worker that cannot go on; the next request gets a new one.
func (p *Pool) lost(model string, w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.workers[model] == w {
		p.drop(model, w)
		p.dispatch()
	}
}

// drop takes a worker out of the pool and stops it in the background.
func (p *Pool) drop(model string, w *worker) {
	delete(p.workers, model)
	w.idle.Stop()
	takes := p.Memory.Resident(w.cmd.Process.Pid)
	p.departing += takes
	p.leaving.Go(func() {
		w.stop(p.Grace)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.departing -= takes
	})
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
