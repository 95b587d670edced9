// Package train runs the training loop: batches, optimizer, schedule,
// evaluation. It knows nothing of files; what it computes depends on its input
// alone, to the last bit, however the work is spread over the machine.
package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

// Options say how to train. All numbers of steps count optimizer steps.
type Options struct {
	Steps        int // in all
	BatchSize    int // samples per step
	LearningRate float64
	Schedule     string // one of Schedules
	WarmupSteps  int
	WeightDecay  float64
	MaxNorm      float64 // gradients longer than this are shortened to it; 0 leaves them
	LogSteps     int     // a Log every so many steps, and at the first and last; 0: only at those
	EvalSteps    int     // evaluation every so many steps, and at the last; 0: only there
	SaveSteps    int     // Save every so many steps, and at the last; 0: only there
	Seed         int64

	// KeepBest ends a run with the parameters of its best evaluation, not those
	// of its last step. What an older release did not know is left out of what
	// identifies a run, so that its checkpoints can be gone on from.
	KeepBest bool `json:",omitempty"`
	// Patience, unless 0, ends a run after so many evaluations in a row of which
	// none was better than the best before it by more than MinImprovement.
	Patience       int     `json:",omitempty"`
	MinImprovement float64 `json:",omitempty"`
}

// State is all that a run needs to go on as if it had never stopped.
type State struct {
	Step     int         // last step that was completed
	M, V     [][]float32 // the optimizer's, for each trained parameter
	Best     [][]float32 // parameters at Progress.Best, with Options.KeepBest; nil where that is this step
	Progress Progress
}

// Progress is what a run has to report, and what it reported last.
type Progress struct {
	Loss  float64 `json:"loss"`  // sum over the steps since the last Log
	Steps int     `json:"steps"` // since the last Log
	Last  Result  `json:"last"`
	Best  *Best   `json:"best,omitempty"`
	Stale int     `json:"stale,omitempty"` // evaluations since one that was better
}

// Log is what a run reports of its progress.
type Log struct {
	Step             int
	Loss             float64 // mean per supervised token, over the steps since the last Log
	EvalLoss         float64 // of this step, when Evaluated
	Evaluated        bool
	LearningRate     float64
	Epoch            float64
	SamplesPerSecond float64
	TokensPerSecond  float64 // padding not counted
}

// Run is one training run.
type Run struct {
	Engine  *llama.Engine
	Samples []chat.Encoded
	HeldOut []chat.Encoded // may be empty
	Options Options
	Log     func(Log) error
	Save    func(State) error // called between steps; must not keep the slices

	// Recover, if set, is called like Save, but when no state was saved for
	// RecoverEvery: a state to go on from after a crash.
	Recover      func(State) error
	RecoverEvery time.Duration
}

// Result is what a run ended with.
type Result struct {
	Step      int     `json:"step"`
	TrainLoss float64 `json:"trainLoss"` // of the last Log
	EvalLoss  float64 `json:"evalLoss"`  // when Evaluated
	Evaluated bool    `json:"evaluated"`
}

// ErrNotFinite is in the error of a run whose loss or gradient was not a number.
var ErrNotFinite = errors.New("not a finite number")

// StepError says at which step a run failed.
type StepError struct {
	Step int
	Err  error
}

func (e *StepError) Error() string { return fmt.Sprintf("step %d: %v", e.Step, e.Err) }
func (e *StepError) Unwrap() error { return e.Err }

// Train goes from a state, the zero State for the beginning, to the last step.
// When ctx ends it saves after the step in hand and returns ctx's error. A loss
// or gradient that is not finite ends it before the parameters are touched. The
// Outcome says how far it came, whatever the error.
func (r *Run) Train(ctx context.Context, from State) (Outcome, error) {
	l := &loop{Run: r, step: from.Step, progress: from.Progress, optimizer: newAdamW(r.Engine.Trained(), r.Options.WeightDecay)}
	if from.Step > 0 {
		l.optimizer.m, l.optimizer.v = from.M, from.V
	}
	l.best = from.Best
	if best := from.Progress.Best; r.Options.KeepBest && best != nil && best.Step == from.Step {
		l.best = copies(l.optimizer.params)
	}
	l.gradients = zeros(l.optimizer.params)
	l.since = time.Now()
	l.saved, l.savedAt = from.Step, l.since
	err := l.train(ctx)
	return l.outcome(), err
}

func (l *loop) train(ctx context.Context) error {
	for l.step < l.Options.Steps && !l.stopped() {
		if err := ctx.Err(); err != nil {
			if l.step > l.saved {
				return errors.Join(l.save(l.Save), err)
			}
			return err
		}
		if err := l.next(); err != nil {
			return &StepError{l.step + 1, err}
		}
		if err := l.report(); err != nil {
			return err
		}
		if err := l.keep(); err != nil {
			return err
		}
	}
	return nil
}

// due says whether something that happens every so many steps, and at the
// last, happens at this one.
func due(step, every, last int) bool {
	return step == last || every > 0 && step%every == 0
}

// loop is a Run under way.
type loop struct {
	*Run
	optimizer *adamW
	gradients [][]float32
	step      int // completed
	progress  Progress
	best      [][]float32 // parameters at progress.Best, with Options.KeepBest

	saved   int       // step of the last Save
	savedAt time.Time // of the last Save or Recover

	since           time.Time // of the last Log
	samples, tokens int       // since then
}

// next takes one step.
func (l *loop) next() error {
	step := l.step + 1
	batch := batchOf(l.Samples, l.Options, step)
	for _, g := range l.gradients {
		clear(g)
	}
	loss, count, err := accumulate(l.Engine, microBatches(batch), l.gradients)
	if err != nil {
		return err
	}
	if count > 0 {
		scale := 1 / float64(count)
		length := norm(l.gradients) * scale
		if loss *= scale; !finite(loss) {
			return fmt.Errorf("the loss is %w", ErrNotFinite)
		}
		if !finite(length) {
			return fmt.Errorf("the gradient is %w", ErrNotFinite)
		}
		if most := l.Options.MaxNorm; most > 0 && length > most {
			scale *= most / length
		}
		l.optimizer.update(step, l.Options.rateAt(step, l.Options.Steps), scale, l.gradients)
	}
	l.step = step
	l.progress.Loss += loss
	l.progress.Steps++
	l.samples += len(batch)
	for _, e := range batch {
		l.tokens += len(e.Tokens)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// report evaluates and logs when it is time to.
func (l *loop) report() error {
	o := l.Options
	evaluate := len(l.HeldOut) > 0 && due(l.step, o.EvalSteps, o.Steps)
	if !evaluate && l.step != 1 && !due(l.step, o.LogSteps, o.Steps) {
		return nil
	}
	seconds := max(time.Since(l.since).Seconds(), 1e-9)
	log := Log{
		Step:             l.step,
		Loss:             l.progress.Loss / float64(l.progress.Steps),
		LearningRate:     o.rateAt(l.step, o.Steps),
		Epoch:            float64(l.step) / float64(stepsPerEpoch(len(l.Samples), o.BatchSize)),
		SamplesPerSecond: float64(l.samples) / seconds,
		TokensPerSecond:  float64(l.tokens) / seconds,
	}
	if evaluate {
		loss, err := Evaluate(l.Engine, l.HeldOut)
		if err != nil {
			return &StepError{l.step, err}
		}
		log.EvalLoss, log.Evaluated = loss, true
		l.judge(loss)
	}
	l.progress.Loss, l.progress.Steps = 0, 0
	l.progress.Last = Result{Step: l.step, TrainLoss: log.Loss, EvalLoss: log.EvalLoss, Evaluated: log.Evaluated}
	l.samples, l.tokens = 0, 0
	if err := l.Log(log); err != nil {
		return err
	}
	l.since = time.Now()
	return nil
}

// keep saves when it is time to.
func (l *loop) keep() error {
	if due(l.step, l.Options.SaveSteps, l.Options.Steps) || l.stopped() {
		l.saved = l.step
		return l.save(l.Save)
	}
	if l.Recover != nil && time.Since(l.savedAt) >= l.RecoverEvery {
		return l.save(l.Recover)
	}
	return nil
}

func (l *loop) save(to func(State) error) error {
	err := to(State{Step: l.step, M: l.optimizer.m, V: l.optimizer.v, Best: l.elsewhere(), Progress: l.progress})
	l.savedAt = time.Now()
	return err
}

// Evaluate returns the mean loss per supervised token over all samples.
func Evaluate(e *llama.Engine, samples []chat.Encoded) (float64, error) {
	loss, count, err := accumulate(e, microBatches(samples), nil)
	if err != nil {
		return 0, err
	}
	if loss /= float64(max(1, count)); !finite(loss) {
		return 0, fmt.Errorf("the evaluation loss is %w", ErrNotFinite)
	}
	return loss, nil
}
