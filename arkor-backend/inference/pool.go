package inference

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// ErrBusy means that as many models as fit are in use, or that one of them
// has as many requests as it takes.
var ErrBusy = errors.New("too many chats at once; try again in a moment")

// maxActive is how many answers one worker writes at the same time.
const maxActive = 64

// Options of a Pool. Zero durations mean the defaults.
type Options struct {
	Env       cli.Env       // where arkor-trainer is found, and its environment
	MaxModels int           // how many models are held at once; 0 means 2
	Idle      time.Duration // after which an unused model is dropped; 0 means 5 minutes
	Start     time.Duration // what a model may take to load; 0 means 5 minutes
	Answer    time.Duration // what an answer may take; 0 means 10 minutes
	Grace     time.Duration // what a worker gets to leave; 0 means 5 seconds
}

// Pool holds one worker for each model that is in use, started on demand.
type Pool struct {
	Options

	mu      sync.Mutex
	workers map[string]*worker
	closed  bool
	leaving sync.WaitGroup // workers that are being stopped
}

// New returns an empty pool.
func New(o Options) *Pool {
	orDefault := func(d *time.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = otherwise
		}
	}
	if o.MaxModels == 0 {
		o.MaxModels = 2
	}
	orDefault(&o.Idle, 5*time.Minute)
	orDefault(&o.Start, 5*time.Minute)
	orDefault(&o.Answer, 10*time.Minute)
	orDefault(&o.Grace, 5*time.Second)
	return &Pool{Options: o, workers: map[string]*worker{}}
}

// Close stops all workers and waits for them. Answers in progress fail.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	for model, w := range p.workers {
		p.drop(model, w)
	}
	p.mu.Unlock()
	p.leaving.Wait()
}

// Generate answers a request with a model, and calls text for each piece of the
// answer as it comes. It ends early when ctx does or text fails. Errors:
// *Error for what the worker refuses, ErrBusy, a *sibling.NotFoundError.
func (p *Pool) Generate(ctx context.Context, model string, req Request, text func(string) error) (Done, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.Answer, fmt.Errorf("the answer took longer than %s", p.Answer))
	defer cancel()
	w, err := p.take(model)
	if err != nil {
		return Done{}, err
	}
	defer p.release(w)
	if err := p.await(ctx, model, w); err != nil {
		return Done{}, err
	}
	var refused *Error
	id, r, err := w.open(req)
	if err != nil {
		if !errors.As(err, &refused) {
			p.lost(model, w)
		}
		return Done{}, err
	}
	done, err := p.relay(ctx, model, w, r, text)
	w.close(id)
	if err != nil && !errors.As(err, &refused) && !errors.Is(err, errDied) {
		_ = w.send(operation{ID: id, Op: "cancel"}) // nobody waits for the rest
	}
	return done, err
}

// relay passes pieces on until the answer is complete.
func (p *Pool) relay(ctx context.Context, model string, w *worker, r *request, text func(string) error) (Done, error) {
	for {
		var next reply
		select {
		case next = <-r.replies:
		default:
			select {
			case next = <-r.replies:
			case <-r.slow:
				return Done{}, errSlow
			case <-ctx.Done():
				return Done{}, context.Cause(ctx)
			case <-w.gone:
				select {
				case next = <-r.replies: // said before it went
				default:
					p.lost(model, w)
					return Done{}, w.why()
				}
			}
		}
		switch next.Type {
		case "token":
			if err := text(next.Text); err != nil {
				return Done{}, err
			}
		case "done":
			return Done{next.FinishReason, next.PromptTokens, next.CompletionTokens}, nil
		case "error":
			return Done{}, next.failure()
		}
	}
}

// await returns when the worker holds its model.
func (p *Pool) await(ctx context.Context, model string, w *worker) error {
	timer := time.NewTimer(p.Start)
	defer timer.Stop()
	select {
	case <-w.ready:
		return nil
	case <-w.gone:
		p.lost(model, w)
		return w.why()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		p.lost(model, w)
		return fmt.Errorf("the model was not loaded within %s", p.Start)
	}
}

// take returns a worker for a model and marks it as in use.
func (p *Pool) take(model string) (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrBusy
	}
	w := p.workers[model]
	if w != nil && isClosed(w.gone) {
		p.drop(model, w)
		w = nil
	}
	if w == nil {
		if err := p.makeRoom(); err != nil {
			return nil, err
		}
		program, err := sibling.Find(p.Env, "arkor-trainer")
		if err != nil {
			return nil, err
		}
		if w, err = startWorker(program, process.WorkerEnv(p.Env.Environ), model); err != nil {
			return nil, fmt.Errorf("start arkor-trainer: %w", err)
		}
		w.idle = time.AfterFunc(p.Idle, func() { p.expire(model, w) })
		p.workers[model] = w
	}
	if w.active >= maxActive {
		return nil, ErrBusy
	}
	w.active++
	w.idle.Stop()
	return w, nil
}

func (p *Pool) release(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.active--
	w.used = time.Now()
	if w.active == 0 {
		w.idle.Reset(p.Idle)
	}
}

// expire stops a worker that nobody used for a while.
func (p *Pool) expire(model string, w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.active == 0 && p.workers[model] == w {
		p.drop(model, w)
	}
}

// lost forgets a worker that cannot go on; the next request gets a new one.
func (p *Pool) lost(model string, w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.workers[model] == w {
		p.drop(model, w)
	}
}

// makeRoom drops the model that was unused for longest when there are too many.
func (p *Pool) makeRoom() error {
	if len(p.workers) < p.MaxModels {
		return nil
	}
	oldest := ""
	for model, w := range p.workers {
		if w.active == 0 && (oldest == "" || w.used.Before(p.workers[oldest].used)) {
			oldest = model
		}
	}
	if oldest == "" {
		return ErrBusy
	}
	p.drop(oldest, p.workers[oldest])
	return nil
}

// drop takes a worker out of the pool and stops it in the background.
func (p *Pool) drop(model string, w *worker) {
	delete(p.workers, model)
	w.idle.Stop()
	p.leaving.Go(func() { w.stop(p.Grace) })
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
