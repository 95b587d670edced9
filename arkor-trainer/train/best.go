package train

import (
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

// Best is the evaluation with the lowest loss so far, the first of equal ones.
type Best struct {
	Step     int     `json:"step"`
	EvalLoss float64 `json:"evalLoss"`
}

// Outcome is what a run ended with.
type Outcome struct {
	Result
	Best         *Best // nil when nothing was evaluated
	FinalStep    int   // whose parameters the engine has now
	StoppedEarly bool  // by Options.Patience
}

// judge takes the loss of an evaluation into account.
func (l *loop) judge(loss float64) {
	p := &l.progress
	if best := p.Best; best == nil || best.EvalLoss-loss > l.Options.MinImprovement {
		p.Stale = 0
	} else {
		p.Stale++
	}
	if p.Best != nil && loss >= p.Best.EvalLoss {
		return
	}
	p.Best = &Best{l.step, loss}
	if l.Options.KeepBest {
		l.best = copies(l.optimizer.params)
	}
}

func copies(params []llama.Parameter) [][]float32 {
	out := make([][]float32, len(params))
	for i, parameter := range params {
		out[i] = slices.Clone(parameter.Data)
	}
	return out
}

// stopped says whether patience is at its end.
func (l *loop) stopped() bool {
	return l.Options.Patience > 0 && l.progress.Stale >= l.Options.Patience
}

// elsewhere is the best state where the parameters are no longer it.
func (l *loop) elsewhere() [][]float32 {
	if l.best == nil || l.progress.Best.Step == l.step {
		return nil
	}
	return l.best
}

// outcome ends the run: the parameters become the best where that is wanted.
func (l *loop) outcome() Outcome {
	o := Outcome{Result: l.progress.Last, Best: l.progress.Best, FinalStep: l.step}
	o.Step = l.step
	o.StoppedEarly = l.stopped() && l.step < l.Options.Steps
	if best := l.elsewhere(); best != nil && (l.step == l.Options.Steps || l.stopped()) {
		for i, parameter := range l.optimizer.params {
			copy(parameter.Data, best[i])
		}
		o.FinalStep = l.progress.Best.Step
	}
	return o
}
