package llama_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate/generatetest"
	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

func parameters(m *model.Model, trained bool) []llama.Parameter {
	var params []llama.Parameter
	for _, spec := range m.Config.Tensors() {
		params = append(params, llama.Parameter{Name: spec.Name, Shape: spec.Shape, Data: m.Weights[spec.Name], Trained: trained})
	}
	return params
}

// What is trained is what is served: the training graph and the inference
// engine, which share no code, agree.
func TestLogitsAreThoseOfInference(t *testing.T) {
	t.Parallel()
	m, err := model.Load(generatetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	m.Config.RoPEScaling = &model.RoPEScaling{Factor: 4, LowFreqFactor: 1, HighFreqFactor: 4, OriginalPosition: 16}
	rng := rand.New(rand.NewPCG(5, 6))
	tokens := make([]int32, 40)
	for i := range tokens {
		tokens[i] = int32(rng.IntN(m.Config.VocabSize))
	}
	inference, err := generate.New(m)
	if err != nil {
		t.Fatal(err)
	}
	defer inference.Close()
	want, err := inference.Logits(tokens, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := llama.New(m.Config, parameters(m, false), 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Logits(tokens)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		row, column := i/m.Config.VocabSize, i%m.Config.VocabSize
		if d := math.Abs(float64(got[i] - want[row][column])); !(d < 1e-3) {
			t.Fatalf("after token %d the logit of %d is %v, inference has %v", row, column, got[i], want[row][column])
		}
	}
}

// Padding, of rows and of lengths, and the way sequences are put together
// change neither the loss nor the gradients.
func TestPaddingDoesNotCount(t *testing.T) {
	t.Parallel()
	m, err := model.Load(generatetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	e, err := llama.New(m.Config, parameters(m, true), 0)
	if err != nil {
		t.Fatal(err)
	}
	compute := func(batches ...llama.MicroBatch) (loss float64, gradients [][]float32) {
		for _, p := range e.Trained() {
			gradients = append(gradients, make([]float32, len(p.Data)))
		}
		for _, b := range batches {
			result, err := e.Compute(b, true)
			if err != nil {
				t.Fatal(err)
			}
			loss += result.Loss
			if err := result.AddGradients(gradients); err != nil {
				t.Fatal(err)
			}
		}
		return loss, gradients
	}
	alone, wantGradients := compute(
		llama.MicroBatch{Rows: 1, Length: 3, Tokens: []int32{5, 6, 7}, Positions: []int32{0, 1}, Targets: []int32{6, 7}},
		llama.MicroBatch{Rows: 1, Length: 4, Tokens: []int32{9, 8, 7, 6}, Positions: []int32{2}, Targets: []int32{6}})
	together, gotGradients := compute(llama.MicroBatch{
		Rows: 3, Length: 6,
		Tokens:    []int32{5, 6, 7, 0, 0, 0 /**/, 9, 8, 7, 6, 1, 2 /**/, 4, 4, 4, 4, 4, 4},
		Positions: []int32{0, 1, 8}, Targets: []int32{6, 7, 6},
	})
	if math.Abs(alone-together) > 1e-4 {
		t.Errorf("the loss is %v alone and %v padded", alone, together)
	}
	for i, want := range wantGradients {
		for j := range want {
			if d := math.Abs(float64(want[j] - gotGradients[i][j])); d > 1e-4*(1+math.Abs(float64(want[j]))) {
				t.Fatalf("a gradient of %s is %v alone and %v padded", e.Trained()[i].Name, want[j], gotGradients[i][j])
			}
		}
	}
}

// A token that nothing is predicted from or at, because it is masked and comes
// last, has no gradient.
func TestMaskedTokensHaveNoGradient(t *testing.T) {
	t.Parallel()
	m, err := model.Load(generatetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	params := parameters(m, true)
	e, err := llama.New(m.Config, params, 0)
	if err != nil {
		t.Fatal(err)
	}
	result, err := e.Compute(llama.MicroBatch{Rows: 1, Length: 4, Tokens: []int32{5, 6, 7, 8}, Positions: []int32{1}, Targets: []int32{7}}, true)
	if err != nil {
		t.Fatal(err)
	}
	gradients := make([][]float32, len(params))
	for i, p := range e.Trained() {
		gradients[i] = make([]float32, len(p.Data))
	}
	if err := result.AddGradients(gradients); err != nil {
		t.Fatal(err)
	}
	width := m.Config.HiddenSize
	for token, seen := range map[int]bool{5: true, 6: true, 7: false, 8: false} {
		moved := false
		for _, g := range gradients[0][token*width : (token+1)*width] {
			moved = moved || g != 0
		}
		if moved != seen {
			t.Errorf("the embedding of token %d has a gradient: %v, want %v", token, moved, seen)
		}
	}
}
