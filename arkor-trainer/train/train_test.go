package train

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/llama"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// smallRun trains a model of a few hundred parameters for six steps. events
// gets what the run calls.
func smallRun(t *testing.T, o Options, events *[]string) *Run {
	t.Helper()
	config := model.Config{
		HiddenSize: 8, IntermediateSize: 8, NumLayers: 1, NumHeads: 2, NumKVHeads: 1, HeadDim: 4,
		VocabSize: 16, MaxPositions: 16, RMSNormEps: 1e-5, RoPETheta: 100, TieEmbeddings: true,
	}
	e, err := llama.New(config, llama.Initialize(config, 1), 0)
	if err != nil {
		t.Fatal(err)
	}
	o.Steps, o.BatchSize, o.LearningRate, o.Schedule = 6, 2, 0.01, Linear
	note := func(event string) func(State) error {
		return func(State) error { *events = append(*events, event); return nil }
	}
	return &Run{
		Engine: e, Samples: randomSamples(4, 8, 1, config.VocabSize), Options: o,
		Log:  func(Log) error { *events = append(*events, "log"); return nil },
		Save: note("save"), Recover: note("recover"),
	}
}

func TestTrainLogsAndSavesWhenDue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options Options
		want    []string
	}{
		{"only where it must", Options{}, []string{"log", "recover", "recover", "recover", "recover", "recover", "log", "save"}},
		{"every three steps", Options{LogSteps: 3, SaveSteps: 3}, []string{"log", "recover", "recover", "log", "save", "recover", "recover", "log", "save"}},
		{"every step", Options{LogSteps: 1, SaveSteps: 1}, []string{"log", "save", "log", "save", "log", "save", "log", "save", "log", "save", "log", "save"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var events []string
			// RecoverEvery is zero: always.
			if _, err := smallRun(t, test.options, &events).Train(t.Context(), State{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, events); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTrainStopsBetweenSteps(t *testing.T) {
	t.Parallel()
	var events []string
	run := smallRun(t, Options{LogSteps: 1}, &events)
	run.Recover = nil
	ctx, stop := context.WithCancel(t.Context())
	run.Log = func(l Log) error {
		if l.Step == 2 {
			stop()
		}
		return nil
	}
	result, err := run.Train(ctx, State{})
	if !errors.Is(err, context.Canceled) || result.Step != 2 {
		t.Errorf("%+v, %v", result, err)
	}
	if diff := cmp.Diff([]string{"save"}, events); diff != "" {
		t.Error(diff)
	}
}

// A loss that is no number ends the run, before the step changes anything.
func TestTrainEndsOnNaN(t *testing.T) {
	t.Parallel()
	var events []string
	run := smallRun(t, Options{}, &events)
	nan := float32(0)
	nan /= nan
	weights := run.Engine.Trained()[0].Data
	for i := range weights {
		weights[i] = nan
	}
	other := append([]float32(nil), run.Engine.Trained()[2].Data...)
	_, err := run.Train(t.Context(), State{})
	var failed *StepError
	if !errors.Is(err, ErrNotFinite) || !errors.As(err, &failed) || failed.Step != 1 {
		t.Error(err)
	}
	if diff := cmp.Diff(other, run.Engine.Trained()[2].Data); diff != "" || len(events) > 0 {
		t.Error(diff, events)
	}
}
