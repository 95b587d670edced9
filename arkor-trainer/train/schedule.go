package train

import (
	"fmt"
	"math"
)

// Schedules of the learning rate after the warm-up.
const (
	Linear   = "linear"   // falls in a straight line, to almost nothing at the last step
	Cosine   = "cosine"   // falls along half a cosine
	Constant = "constant" // stays
)

// Schedules lists what Options.Schedule may be.
func Schedules() []string { return []string{Linear, Cosine, Constant} }

// rateAt returns the learning rate of a step, which counts from 1. During the
// warm-up it rises in equal parts and reaches its full height one step after.
func (o Options) rateAt(step, total int) float64 {
	if step <= o.WarmupSteps {
		return o.LearningRate * float64(step) / float64(o.WarmupSteps+1)
	}
	done := float64(step-1-o.WarmupSteps) / float64(max(1, total-o.WarmupSteps))
	switch o.Schedule {
	case Linear:
		return o.LearningRate * (1 - done)
	case Cosine:
		return o.LearningRate * (1 + math.Cos(math.Pi*done)) / 2
	case Constant:
		return o.LearningRate
	}
	panic(fmt.Sprintf("train: unknown schedule %q", o.Schedule))
}
