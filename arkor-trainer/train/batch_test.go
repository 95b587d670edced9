package train

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
)

// sample has n tokens, which are first, first+1 and so on; those from learned
// on are learned.
func sample(first int32, n, learned int) chat.Encoded {
	e := chat.Encoded{}
	for i := range n {
		e.Tokens = append(e.Tokens, first+int32(i))
		e.Supervised = append(e.Supervised, i >= learned)
	}
	return e
}

// A token is predicted from the one before it, and only where it is learned.
func TestPackMasks(t *testing.T) {
	t.Parallel()
	got := pack([]chat.Encoded{sample(10, 4, 2), sample(20, 3, 0)}, 5)
	want := llama.MicroBatch{
		Rows: 2, Length: 5,
		Tokens:    []int32{10, 11, 12, 13, 0, 20, 21, 22, 0, 0},
		Positions: []int32{1, 2, 5, 6}, // nothing predicts the first token of a row
		Targets:   []int32{12, 13, 21, 22},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPadded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ length, want int }{
		{1, 16}, {16, 16}, {17, 32}, {128, 128}, {129, 160}, {256, 256}, {257, 320}, {512, 512}, {513, 640},
	} {
		if got := padded(test.length); got != test.want {
			t.Errorf("padded(%d) is %d, want %d", test.length, got, test.want)
		}
	}
}

// However a batch is cut, every learned token is in it once, and the parts are
// no larger than they should be.
func TestMicroBatchesHoldEverything(t *testing.T) {
	t.Parallel()
	for _, lengths := range [][]int{
		{}, {1}, {2}, {30}, {128, 128, 128, 128, 128, 128, 128, 128},
		{20, 500, 31, 44, 90, 12, 77, 301, 5, 60}, {512, 2, 2, 2}, slices.Repeat([]int{100}, 64),
	} {
		var batch []chat.Encoded
		want := map[int32]int{}
		for i, n := range lengths {
			batch = append(batch, sample(int32(1000*i+1), n, 1))
			for j := 1; j < n; j++ {
				want[int32(1000*i+1+j)]++
			}
		}
		got := map[int32]int{}
		for _, b := range microBatches(batch) {
			for i, target := range b.Targets {
				got[target]++
				if before := b.Tokens[b.Positions[i]]; before != target-1 {
					t.Errorf("%v: %d is predicted from %d", lengths, target, before)
				}
			}
			if b.Rows > 1 && b.Rows*b.Length > 2*microTokens {
				t.Errorf("%v: a part has %d rows of %d", lengths, b.Rows, b.Length)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: %s", lengths, diff)
		}
	}
}

// An epoch goes through every sample once, in an order of its own that is the
// same every time.
func TestBatchesCoverEachEpoch(t *testing.T) {
	t.Parallel()
	var samples []chat.Encoded
	for i := range 10 {
		samples = append(samples, sample(int32(i), 1, 0))
	}
	options := Options{BatchSize: 4, Seed: 7}
	var epochs [2][]int32
	for step := 1; step <= 6; step++ {
		for _, e := range batchOf(samples, options, step) {
			epochs[(step-1)/3] = append(epochs[(step-1)/3], e.Tokens[0])
		}
	}
	if slices.Equal(epochs[0], epochs[1]) {
		t.Error("two epochs go through the samples in the same order")
	}
	for _, epoch := range epochs {
		slices.Sort(epoch)
		if diff := cmp.Diff([]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, epoch); diff != "" {
			t.Error(diff)
		}
	}
	options.Seed = 8
	if slices.Equal(order(7, 0, 10), order(8, 0, 10)) {
		t.Error("two seeds give the same order")
	}
}
