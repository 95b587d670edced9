package workercmd

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// overfitting is for samples whose held-out answers begin like the others and go
// on differently: what is learned helps at first, and then it does not. The verb
// is for more settings.
const overfitting = `{"maxSteps":40,"batchSize":6,"saveSteps":7,"evalSteps":2,"learningRate":0.02,"loraR":8%s}`

func newOverfittingJob(t *testing.T, more string) *jobRun {
	t.Helper()
	j := newJob(t, fmt.Sprintf(overfitting, more), samples(25))
	other := strings.ReplaceAll(samples(5), `"hello there `, `"hell QZ `)
	job, err := os.ReadFile(filepath.Join(j.dir, "job.json"))
	if err != nil {
		t.Fatal(err)
	}
	job = bytes.Replace(job, []byte(`"evalDataset":null`), fmt.Appendf(nil, `"evalDataset":{"path":%q,"name":"heldout.jsonl"}`, filepath.Join(j.dir, "heldout")), 1)
	for name, data := range map[string][]byte{"job.json": job, "heldout": []byte(other)} {
		if err := os.WriteFile(filepath.Join(j.dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// evaluations returns the held-out losses of a run in their order, and the step
// of the first of the lowest. There is one every two steps.
func evaluations(lines []event) (losses []float64, best int) {
	for _, e := range lines {
		if e.Type != "log" || e.EvalLoss == nil {
			continue
		}
		if losses = append(losses, *e.EvalLoss); best == 0 || *e.EvalLoss < losses[best/2-1] {
			best = e.Step
		}
	}
	return losses, best
}

// patient returns at which step a run ends whose losses do not get better by
// more than least for so many evaluations in a row.
func patient(losses []float64, patience int, least float64) int {
	lowest, stale := losses[0], 0
	for i, loss := range losses {
		if i > 0 {
			if stale++; lowest-loss > least {
				stale = 0
			}
		}
		lowest = min(lowest, loss)
		if stale == patience {
			return 2 * (i + 1)
		}
	}
	return 2 * len(losses)
}

func TestTheBestEvaluationIsFinalWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	run := func(more string) (j *jobRun, lines []event, end metrics) {
		j = newOverfittingJob(t, more)
		lines, status, stderr := j.run(t, nil)
		if status != 0 {
			t.Fatal(stderr)
		}
		return j, lines, last(lines).Metrics
	}
	plain, lines, end := run("")
	losses, best := evaluations(lines)
	if best == 0 || best >= 30 {
		t.Fatalf("the best of %v is at step %d: this run does not overfit", losses, best)
	}
	if end.FinalStep != 40 || end.BestStep != best || *end.BestEvalLoss != losses[best/2-1] || end.StoppedEarly || *end.EvalLoss != losses[19] {
		t.Errorf("plain: %+v", end)
	}
	weights := func(j *jobRun, dir string) []byte { return j.read(t, dir, "adapter_model.safetensors") }
	// A checkpoint of the best step says what its weights are.
	marked, _, _ := run(fmt.Sprintf(`,"saveSteps":%d`, best))
	want := weights(marked, fmt.Sprintf("checkpoints/step-%d", best))
	if bytes.Equal(want, weights(plain, finalFolder)) {
		t.Fatal("the last step has the weights of the best")
	}

	kept, _, end := run(`,"loadBestModelAtEnd":true`)
	if end.FinalStep != best || end.BestStep != best || end.StoppedEarly || !bytes.Equal(want, weights(kept, finalFolder)) {
		t.Errorf("loadBestModelAtEnd: %+v", end)
	}
	if !bytes.Equal(weights(plain, "checkpoints/step-40"), weights(kept, "checkpoints/step-40")) {
		t.Error("loadBestModelAtEnd changes the last checkpoint")
	}

	for _, test := range []struct {
		more     string
		patience int
		least    float64
	}{
		{`,"earlyStoppingPatience":3`, 3, 0},
		{`,"earlyStoppingPatience":2,"earlyStoppingThreshold":0.25`, 2, 0.25},
	} {
		stopped, lines, end := run(test.more)
		some, lowest := evaluations(lines)
		step := patient(losses, test.patience, test.least)
		if step >= 40 || last(lines).Step != step || !end.StoppedEarly || end.FinalStep != lowest || len(some) != step/2 {
			t.Errorf("%s: ended at step %d with %+v, want step %d", test.more, last(lines).Step, end, step)
		}
		if lowest == best && !bytes.Equal(want, weights(stopped, finalFolder)) {
			t.Errorf("%s: the final adapter is not that of step %d", test.more, best)
		}
		// The step it ended at is a checkpoint, as the last one always is.
		stopped.read(t, fmt.Sprintf("checkpoints/step-%d", step), "trainer_state.json")
		// Started once more, because nobody heard how it ended, it says the same.
		lines, status, _ := stopped.run(t, nil)
		again := last(lines).Metrics
		if status != 0 || !again.StoppedEarly || again.FinalStep != end.FinalStep || len(lines) != 3 {
			t.Errorf("%s: again: status %d, %s, %+v", test.more, status, types(lines), again)
		}
	}

	last, _, end := run(`,"earlyStoppingPatience":3,"loadBestModelAtEnd":false`)
	if !end.StoppedEarly || end.FinalStep != patient(losses, 3, 0) || !bytes.Equal(weights(last, finalFolder), weights(last, fmt.Sprintf("checkpoints/step-%d", end.FinalStep))) {
		t.Errorf("loadBestModelAtEnd false: %+v", end)
	}
}

// The best weights lie in no checkpoint of their own, yet a run that goes on
// from behind them, or in another folder from one checkpoint alone, ends with
// the same bytes.
func TestTheBestSurvivesARestart(t *testing.T) {
	t.Parallel()
	const patience = `,"earlyStoppingPatience":5`
	whole := newOverfittingJob(t, patience)
	lines, status, stderr := whole.run(t, nil)
	if status != 0 {
		t.Fatal(stderr)
	}
	end := last(lines)
	if end.Metrics.FinalStep >= 14 || end.Step <= 15 {
		t.Fatalf("%+v does not cross a checkpoint", end.Metrics)
	}
	check := func(t *testing.T, j *jobRun) {
		lines, status, stderr := j.run(t, nil)
		if status != 0 || last(lines).Step != end.Step || last(lines).Metrics.FinalStep != end.Metrics.FinalStep || !last(lines).Metrics.StoppedEarly {
			t.Fatalf("status %d, %s, %+v, %s", status, types(lines), last(lines).Metrics, stderr)
		}
		for _, path := range [][]string{
			{"final", "adapter_model.safetensors"}, {"checkpoints", fmt.Sprintf("step-%d", end.Step), "optimizer.safetensors"},
		} {
			if !bytes.Equal(whole.read(t, path...), j.read(t, path...)) {
				t.Errorf("%s differs", filepath.Join(path...))
			}
		}
	}
	for _, step := range []int{end.Metrics.FinalStep, end.Metrics.FinalStep + 1, 15, end.Step} {
		t.Run(fmt.Sprintf("dies at step %d", step), func(t *testing.T) {
			t.Parallel()
			j := newOverfittingJob(t, patience)
			j.after = func(e event) error {
				if e.Type == "log" && e.Step == step {
					return errors.New("gone")
				}
				return nil
			}
			j.run(t, nil)
			j.after = nil
			check(t, j)
		})
	}
	t.Run("another folder", func(t *testing.T) {
		t.Parallel()
		j := newOverfittingJob(t, patience)
		to := filepath.Join(j.dir, "job", "checkpoints", "step-14")
		if err := os.CopyFS(to, os.DirFS(filepath.Join(whole.dir, "job", "checkpoints", "step-14"))); err != nil {
			t.Fatal(err)
		}
		check(t, j)
	})
}

// Without evalSteps a pass over the samples is between two evaluations.
func TestTheBestIsLookedForOnceAnEpoch(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{"numTrainEpochs":3,"batchSize":4,"loadBestModelAtEnd":true,"datasetSplit":{"eval":0.2}}`, samples(20))
	lines, status, stderr := j.run(t, nil)
	if status != 0 {
		t.Fatal(stderr)
	}
	perEpoch := (lines[0].Metadata.Samples + 3) / 4
	var steps []int
	for _, e := range lines {
		if e.EvalLoss != nil {
			steps = append(steps, e.Step)
		}
	}
	if fmt.Sprint(steps) != fmt.Sprint([]int{perEpoch, 2 * perEpoch, 3 * perEpoch}) {
		t.Errorf("evaluated at %v with %d steps an epoch", steps, perEpoch)
	}
}

func TestTheBestNeedsHeldOutSamples(t *testing.T) {
	t.Parallel()
	for _, config := range []string{`{"loadBestModelAtEnd":true}`, `{"earlyStoppingPatience":2}`} {
		j := newJob(t, config, samples(4))
		lines, status, _ := j.run(t, nil)
		if status != 1 || !strings.HasPrefix(last(lines).Error, "loadBestModelAtEnd and earlyStoppingPatience go by the loss on held-out samples") {
			t.Errorf("%s: status %d, %+v", config, status, last(lines))
		}
	}
}
