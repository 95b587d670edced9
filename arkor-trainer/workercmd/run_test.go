package workercmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRunReports(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{"maxSteps":6,"batchSize":4,"loggingSteps":4,"saveSteps":4,"evalSteps":3,"learningRate":0.01,"loraR":4}`, samples(20))
	lines, status, stderr := j.run(t, nil)
	if status != 0 || stderr != "" {
		t.Fatal(status, stderr)
	}
	want := "started 0, log 1, log 3, log 4, checkpoint 4, log 6, checkpoint 6, completed 6"
	if got := types(lines); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	m := lines[0].Metadata
	if m.TotalSteps != 6 || m.Samples+m.EvalSamples != 20 || m.EvalSamples == 0 || m.MaxLength != 512 || m.TokensPerEpoch <= m.SupervisedPerEpoch {
		t.Errorf("%+v", m)
	}
	if lines[2].EvalLoss == nil || lines[3].EvalLoss != nil || lines[5].EvalLoss == nil {
		t.Error("evaluated at other steps than 3 and 6")
	}
	end := last(lines)
	if end.Metrics.TrainLoss >= lines[1].Loss || *end.Metrics.EvalLoss != *lines[5].EvalLoss || end.Metrics.FinalStep != 6 {
		t.Errorf("%+v after a first loss of %v", end.Metrics, lines[1].Loss)
	}
	if diff := cmp.Diff(j.read(t, "checkpoints", "step-6", "adapter_model.safetensors"), j.read(t, end.Dir, "adapter_model.safetensors")); diff != "" {
		t.Error("the final adapter is not that of the last step")
	}

	// Started once more, because nobody heard how it ended, it says the same.
	lines, status, _ = j.run(t, nil)
	if got := types(lines); status != 0 || got != "started 0, checkpoint 6, completed 6" {
		t.Errorf("status %d, %s", status, got)
	}
	if diff := cmp.Diff(end.Metrics, last(lines).Metrics, cmpopts.IgnoreFields(metrics{}, "Seconds", "PeakMemoryBytes")); diff != "" {
		t.Error(diff)
	}
}

// A run that is stopped, or dies, at any step and goes on ends with the bytes
// of one that was never interrupted. Five steps are drawn at random.
func TestResumedRunsAreEqualToTheBit(t *testing.T) {
	t.Parallel()
	const config = `{"maxSteps":12,"batchSize":6,"saveSteps":5,"evalSteps":4,"learningRate":0.01,"loraR":4,"weightDecay":0.1,"lrSchedulerType":"cosine","warmupSteps":2}`
	whole := newJob(t, config, samples(25))
	if _, status, stderr := whole.run(t, nil); status != 0 {
		t.Fatal(stderr)
	}
	for i, n := range rand.Perm(11)[:5] {
		step, dies := n+1, i%2 == 0
		t.Run(fmt.Sprintf("step %d, dies %v", step, dies), func(t *testing.T) {
			t.Parallel()
			j := newJob(t, config, samples(25))
			j.after = func(e event) error {
				if e.Type != "log" || e.Step != step {
					return nil
				}
				if dies { // nothing is saved after this
					return errors.New("gone")
				}
				j.stop()
				return nil
			}
			lines, status, _ := j.run(t, nil)
			if !dies && (status != 0 || last(lines).Type != "stopped" || last(lines).Step != step) {
				t.Fatalf("status %d, %s", status, types(lines))
			}
			j.after = nil
			lines, status, stderr := j.run(t, nil)
			from := step
			if dies {
				from = step / 5 * 5
				if step%5 == 0 {
					from -= 5 // it died before it saved
				}
			}
			if status != 0 || lines[0].Metadata.ResumedFromStep != from || stderr != "" {
				t.Fatalf("status %d, %+v, %s, want from step %d", status, lines[0], stderr, from)
			}
			for _, path := range [][]string{
				{"final", "adapter_model.safetensors"}, {"final", "adapter_config.json"},
				{"checkpoints", "step-12", "optimizer.safetensors"},
			} {
				if !bytes.Equal(whole.read(t, path...), j.read(t, path...)) {
					t.Errorf("%s differs", filepath.Join(path...))
				}
			}
		})
	}
}

// States that are saved in case of a crash, between checkpoints, are gone on
// from as well, but nobody is told of them.
func TestRunGoesOnFromARecoveryState(t *testing.T) {
	t.Parallel()
	const config = `{"maxSteps":6,"batchSize":4,"learningRate":0.01,"loraR":4}`
	whole, j := newJob(t, config, samples(10)), newJob(t, config, samples(10))
	if _, status, stderr := whole.run(t, nil); status != 0 {
		t.Fatal(stderr)
	}
	j.after = func(e event) error {
		if e.Type == "log" && e.Step == 3 {
			j.stop()
		}
		return nil
	}
	j.run(t, nil)
	j.after = nil
	if err := os.Rename(filepath.Join(j.dir, "job", "checkpoints"), filepath.Join(j.dir, "job", "recovery")); err != nil {
		t.Fatal(err)
	}
	lines, status, stderr := j.run(t, nil)
	if got := types(lines); status != 0 || got != "started 0, log 4, log 5, log 6, checkpoint 6, completed 6" {
		t.Fatalf("status %d, %s, %s", status, got, stderr)
	}
	if !bytes.Equal(whole.read(t, "final", "adapter_model.safetensors"), j.read(t, "final", "adapter_model.safetensors")) {
		t.Error("the adapter differs")
	}
	if _, err := os.Stat(filepath.Join(j.dir, "job", "recovery", "step-3")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the recovery state is still there")
	}
}

// The owner of a worker holds its standard input open.
func TestRunStopsWhenItsOwnerIsGone(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{"maxSteps":100000,"batchSize":2}`, samples(8))
	in, owner := io.Pipe()
	j.after = func(e event) error {
		if e.Type == "log" && e.Step == 3 {
			return owner.Close()
		}
		return nil
	}
	lines, status, stderr := j.run(t, in)
	n := len(lines)
	if status != 0 || n < 2 || lines[n-1].Type != "stopped" || lines[n-2].Type != "checkpoint" || lines[n-2].Step != lines[n-1].Step {
		t.Fatalf("status %d, %s, %s", status, types(lines), stderr)
	}
	j.read(t, lines[n-2].Dir, "adapter_model.safetensors")
	j.after = func(e event) error {
		if e.Type == "log" {
			j.stop()
		}
		return nil
	}
	lines, status, _ = j.run(t, nil)
	if status != 0 || lines[1].Type != "checkpoint" {
		t.Errorf("status %d, %s", status, types(lines))
	}
}

// As a service or a batch system starts it: the null device ends at once, and
// says nothing about an owner.
func TestRunWithoutAnOwner(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	ctx, stop := untilOwnerLeaves(t.Context(), null)
	defer stop()
	select {
	case <-ctx.Done():
		t.Error("the run is to stop")
	case <-time.After(50 * time.Millisecond): // for a read that ends at once
	}
}

func TestDivergedRunKeepsItsCheckpoint(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{"maxSteps":9,"batchSize":4,"saveSteps":1,"learningRate":1e30}`, samples(8))
	lines, status, _ := j.run(t, nil)
	end := last(lines)
	want := fmt.Sprintf("training diverged: step %d: the loss is not a finite number; the checkpoint of step %d is intact; try a lower learningRate, now 1e+30", end.Step+1, end.Step)
	if status != 1 || end.Type != "failed" || end.Step < 1 || end.Error != want {
		t.Fatalf("status %d, %+v, want %s", status, end, want)
	}
	j.read(t, "checkpoints", fmt.Sprintf("step-%d", end.Step), "trainer_state.json")
}

func TestDryRunIsShort(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{"numTrainEpochs":50,"dryRun":true}`, samples(100))
	lines, status, stderr := j.run(t, nil)
	if status != 0 || lines[0].Metadata.Samples != 32 || types(lines) != "started 0, log 1, log 2, log 3, log 4, checkpoint 4, completed 4" {
		t.Errorf("status %d, %s, %s", status, types(lines), stderr)
	}
}

// What cannot be trained is refused before the first step, in one line.
func TestRunRefuses(t *testing.T) {
	t.Parallel()
	good := samples(4)
	for _, test := range []struct{ name, config, dataset, want string }{
		{"no JSON", `{}`, good + "oops\n", `train.jsonl:5: `},
		{"no answer", `{}`, good + `{"messages":[{"role":"user","content":"hi"}]}`, `train.jsonl:5: no assistant turn`},
		{"no samples", `{}`, "", `train.jsonl: no samples`},
		{"all masked", `{"maxLength":3}`, good, `train.jsonl:1: every label is masked`},
		{"rank", `{"loraR":1000}`, good, `loraR is 1000, for test/model it has to be between 1 and 64`},
		{"batch", `{"batchSize":0}`, good, `batchSize is 0, for test/model it has to be between 1 and 64`},
		{"length", `{"maxLength":5000}`, good, `maxLength is 5000, for test/model it has to be between 1 and 3000`},
		{"schedule", `{"lrSchedulerType":"polynomial"}`, good, `lrSchedulerType is "polynomial", this backend has linear, cosine, constant`},
		{"optimizer", `{"optim":"sgd"}`, good, `optim is "sgd", this backend has adamw only`},
		{"kind of value", `{"maxSteps":"ten"}`, good, `maxSteps is a string, want a whole number`},
		{"rate", `{"learningRate":-1}`, good, `learningRate is -1, which is not possible`},
		{"split", `{"datasetSplit":{"eval":2}}`, good, `datasetSplit.eval is 2, it is the share of the samples to hold out and has to be between 0 and 1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			j := newJob(t, test.config, test.dataset)
			lines, status, stderr := j.run(t, nil)
			if status != 1 || len(lines) != 1 || lines[0].Type != "failed" || lines[0].Step != 0 || !strings.Contains(lines[0].Error, test.want) {
				t.Errorf("status %d, %+v", status, lines)
			}
			if stderr != lines[0].Error+"\n" {
				t.Errorf("standard error is %q", stderr)
			}
		})
	}
}

func TestRunRefusesABrokenModel(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{}`, samples(4))
	if err := os.Truncate(filepath.Join(j.dir, "model", "model.safetensors"), 3000); err != nil {
		t.Fatal(err)
	}
	lines, status, _ := j.run(t, nil)
	if status != 1 || types(lines) != "failed 0" || !strings.HasPrefix(lines[0].Error, "model test/model: model.safetensors: ") {
		t.Errorf("status %d, %+v", status, lines)
	}
}

func FuzzReadJob(f *testing.F) {
	f.Add([]byte(`{"version":1,"dir":"/j","model":{"id":"m"},"dataset":{"path":"/d","name":"d"},"config":{"loraR":8,"datasetSplit":{"eval":0.1},"trainOnResponsesOnly":false}}`))
	f.Add([]byte(`{"version":1,"dir":"/j","model":{"id":"m"},"dataset":{"path":"/d"},"config":{"learningRate":1e400}}`))
	f.Add([]byte(`{"version":1,"dir":"/j","model":{"id":"m"},"dataset":{"hub":{"name":"a/b","split":"test"}},"config":{"datasetSplit":"x"}}`))
	f.Add([]byte(`{"config":{"trainOnResponsesOnly":""}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "job.json")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		j, err := readJob(path)
		if err != nil {
			return
		}
		s, err := j.resolve(limits{maxLength: 512, maxBatchSize: 64, maxLoraR: 64})
		if err != nil {
			return
		}
		if steps := s.steps(100); steps < 1 || s.options.BatchSize < 1 || s.maxLength > 512 {
			t.Errorf("%q gives %d steps and %+v", data, steps, s)
		}
	})
}
