package train

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

// maxWorkers bounds the memory: each worker holds the activations of one
// micro-batch.
const maxWorkers = 4

// workers is how many of so many parts are computed at the same time.
func workers(parts int) int { return min(parts, maxWorkers, runtime.GOMAXPROCS(0)) }

// accumulate adds up the losses and, unless gradients is nil, the gradients of
// all parts, and counts the tokens that were predicted. Parts are computed at
// the same time but added in their order: floating-point sums depend on it.
func accumulate(e *llama.Engine, parts []llama.MicroBatch, gradients [][]float32) (loss float64, count int, err error) {
	turns := make([]chan struct{}, len(parts)+1) // closed when the parts before have been added
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	close(turns[0])
	var (
		claimed atomic.Int64
		wg      sync.WaitGroup
	)
	for range workers(len(parts)) {
		wg.Go(func() {
			for {
				i := int(claimed.Add(1)) - 1
				if i >= len(parts) {
					return
				}
				result, failed := e.Compute(parts[i], gradients != nil)
				<-turns[i]
				// Between two turns nobody else touches the sums.
				if failed == nil && err == nil {
					loss += result.Loss
					count += len(parts[i].Targets)
					failed = result.AddGradients(gradients)
				}
				if err == nil {
					err = failed
				}
				close(turns[i+1])
			}
		})
	}
	wg.Wait()
	return loss, count, err
}
