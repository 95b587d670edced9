package train

import (
	"time"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

// measureFor is how long Measure computes at least, once all is compiled.
const measureFor = 300 * time.Millisecond

// Measure returns how many tokens a second a batch is trained at on this
// machine, padding not counted. Nothing is learned from it.
func Measure(e *llama.Engine, batch []chat.Encoded) (tokensPerSecond float64, err error) {
	parts, gradients := microBatches(batch), zeros(e.Trained())
	tokens := 0
	for _, b := range batch {
		tokens += len(b.Tokens)
	}
	if _, _, err := accumulate(e, parts, gradients); err != nil { // compiles
		return 0, err
	}
	began := time.Now()
	for done := 1; ; done++ {
		if _, _, err := accumulate(e, parts, gradients); err != nil {
			return 0, err
		}
		if spent := time.Since(began); spent >= measureFor {
			return float64(tokens*done) / spent.Seconds(), nil
		}
	}
}

// FirstBatch returns the samples of the first step.
func FirstBatch(samples []chat.Encoded, o Options) []chat.Encoded { return batchOf(samples, o, 1) }

// LargestPart is the micro-batch of a run that takes most memory.
type LargestPart struct {
	Tokens, Length, Targets int // padding counted
	Workers                 int // so many are computed side by side
}

// Largest looks through the micro-batches of at most so many steps.
func Largest(samples []chat.Encoded, o Options, steps int) LargestPart {
	var largest LargestPart
	for step := range min(steps, o.Steps) {
		parts := microBatches(batchOf(samples, o, step+1))
		largest.Workers = max(largest.Workers, workers(len(parts)))
		for _, part := range parts {
			largest.Tokens = max(largest.Tokens, part.Rows*part.Length)
			largest.Length = max(largest.Length, part.Length)
			largest.Targets = max(largest.Targets, len(part.Targets))
		}
	}
	return largest
}
