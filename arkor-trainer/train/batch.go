package train

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

// order returns the permutation of n samples that an epoch goes through. It is
// a function of the seed and the epoch alone, so a resumed run needs to know
// nothing but its step.
func order(seed int64, epoch, n int) []int {
	return rand.New(rand.NewPCG(uint64(seed), uint64(epoch))).Perm(n)
}

// stepsPerEpoch counts batches; the last one of an epoch may be smaller.
func stepsPerEpoch(samples, batchSize int) int { return (samples + batchSize - 1) / batchSize }

// batchOf returns the samples of a step, which counts from 1.
func batchOf(samples []chat.Encoded, o Options, step int) []chat.Encoded {
	perEpoch := stepsPerEpoch(len(samples), o.BatchSize)
	epoch, index := (step-1)/perEpoch, (step-1)%perEpoch
	from := index * o.BatchSize
	to := min(from+o.BatchSize, len(samples))
	var batch []chat.Encoded
	for _, i := range order(o.Seed, epoch, len(samples))[from:to] {
		batch = append(batch, samples[i])
	}
	return batch
}

// microTokens is how many tokens, padding included, a micro-batch should hold.
// Half as many run at 70 % of the speed, twice as many need twice the memory.
const microTokens = 512

// microBatches cuts a batch into padded parts that are computed side by side.
// How it is cut depends on the batch only and not on the machine, because the
// sum of the parts' gradients depends, in its last bits, on the cut. Sequences
// of like length come together, which keeps the padding small.
func microBatches(batch []chat.Encoded) []llama.MicroBatch {
	sorted := make([]chat.Encoded, 0, len(batch))
	total := 0
	for _, e := range batch {
		if len(e.Tokens) > 1 {
			sorted = append(sorted, e)
			total += padded(len(e.Tokens))
		}
	}
	slices.SortStableFunc(sorted, func(a, b chat.Encoded) int {
		return cmp.Compare(len(b.Tokens), len(a.Tokens))
	})
	// An even number of parts of about equal size: two cores are the least
	// that a machine has today, and both should be busy to the end.
	parts := 2 * max(1, (total+microTokens)/(2*microTokens))
	size := (total + parts - 1) / parts
	var out []llama.MicroBatch
	for len(sorted) > 0 {
		length := padded(len(sorted[0].Tokens))
		rows := min(max(1, (size+length/2)/length), len(sorted))
		out = append(out, pack(sorted[:rows], length))
		sorted = sorted[rows:]
	}
	return out
}

// padded rounds a length up, so that few shapes occur and few graphs are
// compiled, while little is wasted.
func padded(length int) int {
	step := 16
	for step*8 < length {
		step *= 2
	}
	return (length + step - 1) / step * step
}

// pack lays sequences out as rows. A token is predicted by the one before it.
func pack(sequences []chat.Encoded, length int) llama.MicroBatch {
	b := llama.MicroBatch{Rows: len(sequences), Length: length, Tokens: make([]int32, len(sequences)*length)}
	for row, e := range sequences {
		copy(b.Tokens[row*length:], e.Tokens)
		for i := 1; i < len(e.Tokens); i++ {
			if e.Supervised[i] {
				b.Positions = append(b.Positions, int32(row*length+i-1))
				b.Targets = append(b.Targets, e.Tokens[i])
			}
		}
	}
	return b
}
