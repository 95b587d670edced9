package inference

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// ErrBusy means that a request cannot be answered now, but may be later. The
// errors that are ErrBusy say why.
var ErrBusy error = busy("too many chats at once; try again in a moment")

type busy string

func (b busy) Error() string { return string(b) }

func (b busy) Is(target error) bool { return target == ErrBusy }

const (
	errLeaving = busy("the backend is stopping; try again when it is there again")

	// maxActive is how many answers one worker writes at the same time, as many
	// as arkor-trainer does.
	maxActive = 32
	// maxWaiting is how many requests wait for their turn.
	maxWaiting = 256
)

// Options of a Pool. Zero values mean the defaults.
type Options struct {
	Env        cli.Env // where arkor-trainer is found, and its environment
	MaxModels  int     // how many models are held at once; 0 means 2
	MaxActive  int     // how many answers a model writes at once; 0 means 32
	MaxWaiting int     // how many requests wait; 0 means 256
	Memory     Memory  // nil: of this machine

	// Needs returns what memory a model that was never loaded will need, 0 when
	// that is not known. It may be nil.
	Needs func(ctx context.Context, model string) int64

	Idle   time.Duration // after which an unused model is dropped; 0 means 5 minutes
	Patrol time.Duration // how often memory is looked at while models are idle; 0 means 10 seconds
	Wait   time.Duration // what a request may wait for its turn; 0 means a minute
	Start  time.Duration // what a model may take to load; 0 means 5 minutes
	Stall  time.Duration // what a model may take to go on with an answer; 0 means a minute
	Answer time.Duration // what an answer may take with all of these; 0 means 10 minutes
	Finish time.Duration // what answers get to be completed when the pool is closed; 0 means 2 seconds
	Grace  time.Duration // what a worker gets to leave; 0 means 5 seconds
}

// Pool holds one worker for each model that is in use, started on demand.
type Pool struct {
	Options
	life context.Context // ends when answers must
	end  context.CancelCauseFunc

	mu        sync.Mutex
	workers   map[string]*worker
	line      line
	seen      map[string]int64 // most memory that a model took so far
	departing int64            // memory of workers that are being stopped
	closed    bool
	answers   sync.WaitGroup // that are in progress
	leaving   sync.WaitGroup // workers that are being stopped
	patrols   sync.WaitGroup
}

// New returns an empty pool.
func New(o Options) *Pool {
	o.MaxModels = cmp.Or(o.MaxModels, 2)
	o.MaxActive = cmp.Or(o.MaxActive, maxActive)
	o.MaxWaiting = cmp.Or(o.MaxWaiting, maxWaiting)
	o.Idle = cmp.Or(o.Idle, 5*time.Minute)
	o.Patrol = cmp.Or(o.Patrol, 10*time.Second)
	o.Wait = cmp.Or(o.Wait, time.Minute)
	o.Start = cmp.Or(o.Start, 5*time.Minute)
	o.Stall = cmp.Or(o.Stall, time.Minute)
	o.Answer = cmp.Or(o.Answer, 10*time.Minute)
	o.Finish = cmp.Or(o.Finish, 2*time.Second)
	o.Grace = cmp.Or(o.Grace, 5*time.Second)
	if o.Memory == nil {
		o.Memory = thisMachine{}
	}
	p := &Pool{Options: o, workers: map[string]*worker{}, line: line{limit: o.MaxWaiting}, seen: map[string]int64{}}
	p.life, p.end = context.WithCancelCause(context.Background())
	p.patrols.Go(p.patrol)
	return p
}

// Close refuses what waits, gives answers in progress a moment to be completed
// and ends the others with an error, and stops all workers. It returns when
// they are gone.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.line.serve(func(w *waiting) bool { w.settle(nil, errLeaving); return true })
	p.mu.Unlock()
	p.await(p.Finish)
	p.end(errLeaving)
	p.await(p.Grace) // until their callers know; one that is stuck with a slow client is left
	p.patrols.Wait()
	p.mu.Lock()
	for model, w := range p.workers {
		p.drop(model, w)
	}
	p.mu.Unlock()
	p.leaving.Wait()
}

// await waits for the answers in progress, at most so long.
func (p *Pool) await(most time.Duration) {
	done := make(chan struct{})
	go func() { // ends with the last answer
		p.answers.Wait()
		close(done)
	}()
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// Generate answers a request with a model, and calls piece for each piece of the
// answer as it comes. It ends early when ctx does or piece fails. Errors:
// *Error for what the worker refuses, ErrBusy, a *sibling.NotFoundError.
func (p *Pool) Generate(ctx context.Context, model string, req Request, piece func(Delta) error) (Done, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return Done{}, errLeaving
	}
	p.answers.Add(1)
	p.mu.Unlock()
	defer p.answers.Done()
	ctx, cancel := context.WithTimeoutCause(ctx, p.Answer, fmt.Errorf("the answer took longer than %s", p.Answer))
	defer cancel()
	ctx, end := context.WithCancelCause(ctx)
	defer context.AfterFunc(p.life, func() { end(context.Cause(p.life)) })()
	w, err := p.take(ctx, model, req.Caller)
	if err != nil {
		return Done{}, err
	}
	defer p.release(model, w)
	if err := p.load(ctx, model, w); err != nil {
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
	done, err := p.relay(ctx, model, w, r, piece)
	w.close(id)
	if err != nil && !errors.As(err, &refused) && !isClosed(w.gone) {
		_ = w.send(operation{ID: id, Op: "cancel"}) // nobody waits for the rest
	}
	return done, err
}

// relay passes pieces on until the answer is complete.
func (p *Pool) relay(ctx context.Context, model string, w *worker, r *request, piece func(Delta) error) (Done, error) {
	watchdog := time.NewTimer(p.Stall)
	defer watchdog.Stop()
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
			case <-watchdog.C:
				if quiet := w.quiet(r); quiet < p.Stall {
					watchdog.Reset(p.Stall - quiet)
					continue
				}
				w.condemn(fmt.Errorf("%w for %s", errHangs, p.Stall))
				p.lost(model, w)
				return Done{}, w.why()
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
		case "token", "tool":
			if err := piece(next.delta()); err != nil {
				return Done{}, err
			}
		case "done":
			if next.FinishReason == "cancelled" { // not by us: the worker leaves
				return Done{}, errDied
			}
			return Done{next.FinishReason, next.PromptTokens, next.CompletionTokens}, nil
		case "error":
			return Done{}, next.failure()
		}
	}
}

// load returns when the worker holds its model.
func (p *Pool) load(ctx context.Context, model string, w *worker) error {
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

// take waits until it is a request's turn and returns the worker for it. The
// worker may still be loading its model.
func (p *Pool) take(ctx context.Context, model, caller string) (*worker, error) {
	turn := &waiting{model: model, caller: caller, settled: make(chan struct{})}
	p.mu.Lock()
	known := p.workers[model] != nil || p.seen[model] > 0
	p.mu.Unlock()
	if !known && p.Needs != nil {
		turn.needs = p.Needs(ctx, model) // not under the lock: it may take a while
	}
	p.mu.Lock()
	if p.closed { // while that was found out: nobody would stop another worker
		p.mu.Unlock()
		return nil, errLeaving
	}
	p.line.push(turn)
	p.dispatch()
	p.mu.Unlock()
	timer := time.NewTimer(p.Wait)
	defer timer.Stop()
	var err error
	select {
	case <-turn.settled:
		return turn.worker, turn.err
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-timer.C:
		err = busy(fmt.Sprintf("it was not this chat's turn within %s, too many came before; try again in a moment", p.Wait))
	}
	p.mu.Lock()
	waited := p.line.remove(turn)
	p.dispatch() // room need not be made for it any more
	p.mu.Unlock()
	if !waited && turn.err == nil { // its turn came at the same moment
		p.release(model, turn.worker)
	}
	return nil, err
}
