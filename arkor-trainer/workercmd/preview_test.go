package workercmd

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

type previewAnswer struct {
	Preview cloud.Preview
	Speed   *cloud.Range
}

// change rewrites the job file.
func (j *jobRun) change(t *testing.T, set func(job map[string]any)) {
	t.Helper()
	path := filepath.Join(j.dir, "job.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	set(fields)
	if data, err = json.Marshal(fields); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// holdOut gives the job a file of held-out samples.
func (j *jobRun) holdOut(t *testing.T, content string) {
	t.Helper()
	path := filepath.Join(j.dir, "heldout")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	j.change(t, func(job map[string]any) {
		job["evalDataset"] = map[string]string{"path": path, "name": "heldout.jsonl"}
	})
}

func (j *jobRun) preview(t *testing.T) previewAnswer {
	t.Helper()
	status, stdout, stderr := runIn(t.Context(), j.dir, nil, "preview", "--job", "job.json")
	var answer previewAnswer
	if err := json.Unmarshal([]byte(stdout), &answer); status != 0 || err != nil {
		t.Fatalf("status %d, %v, %s", status, err, stderr)
	}
	return answer
}

// What a preview refuses is what a job ends with, in the same words.
func TestPreviewRefusesWhatRunRefuses(t *testing.T) {
	t.Parallel()
	const other = `{"messages":[{"role":"user","content":"bye"},{"role":"assistant","content":"bye bye"}]}` + "\n"
	for name, test := range map[string]struct {
		config, dataset, heldOut string
		code, want               string
		shown                    int // lines of the samples that are shown, the first of them
	}{
		"all masked":                   {`{"maxLength":4}`, samples(3), "", cloud.ProblemAllMasked, "train.jsonl:1: every label is masked: no sample has any of its answer within the first 4 tokens, such as {", 1},
		"end of turn outside the loss": {`{"maxLength":30}`, samples(3), "", cloud.ProblemEndNotTrained, "train.jsonl:1: the end of the answer is never trained", 1},
		"nobody answers":               {`{}`, samples(2) + `{"messages":[{"role":"user","content":"hello?"}]}`, "", cloud.ProblemNoAnswer, "train.jsonl:3: no assistant turn", 3},
		"the held-out split leaks":     {`{}`, samples(4), other + samples(1), cloud.ProblemLeak, "heldout.jsonl:2: the held-out samples leak: this one is also in train.jsonl:1 (1 of 2 samples is like this): {", 2},
		"a leak in a dry run":          {`{"dryRun":true}`, strings.Repeat(other, 40) + samples(1), strings.ReplaceAll(other, "bye", "by") + samples(1), cloud.ProblemLeak, "heldout.jsonl:2: the held-out samples leak: this one is also in train.jsonl:41", 2},
		"held out, all masked":         {`{"maxLength":60}`, samples(3), `{"prompt":"` + strings.Repeat("long ", 40) + `","completion":"x"}`, cloud.ProblemAllMasked, "heldout.jsonl:1: every label is masked", 1},
		"not JSON":                     {`{}`, samples(1) + "oops\n", "", cloud.ProblemNotReadable, "train.jsonl:2: not JSON", 0},
		"no samples":                   {`{}`, "\n", "", cloud.ProblemNoSamples, "train.jsonl: no samples", 0},
		"settings":                     {`{"optim":"sgd"}`, samples(1), "", cloud.ProblemNotReadable, `optim is "sgd"`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJob(t, test.config, test.dataset)
			if test.heldOut != "" {
				j.holdOut(t, test.heldOut)
			}
			refusals := j.preview(t).Preview.Refusals
			if len(refusals) == 0 || refusals[0].Code != test.code || !strings.HasPrefix(refusals[0].String(), test.want) {
				t.Fatalf("%+v", refusals)
			}
			lines, status, _ := j.run(t, nil)
			message := strings.Join(strings.Fields(refusals[0].String()), " ")
			if status != 1 || !strings.HasPrefix(last(lines).Error, message) {
				t.Errorf("status %d, %q, the preview said %q", status, last(lines).Error, message)
			}
			shown := j.preview(t).Preview.Samples
			if test.shown > 0 && (len(shown) == 0 || shown[0].Line != test.shown || shown[0].Why[0] != test.code) {
				t.Errorf("shown: %+v", shown)
			}
		})
	}
}

// A client knows the file of a problem by its set, and may call it otherwise.
func TestPreviewNamesTheUnreadableSet(t *testing.T) {
	t.Parallel()
	const wizard = `{"messages":[{"role":"wizard","content":"x"}]}` + "\n"
	held := newJob(t, `{}`, samples(3))
	held.holdOut(t, samples(1)+wizard)
	for set, j := range map[string]*jobRun{cloud.SetTrain: newJob(t, `{}`, samples(1)+wizard), cloud.SetHeldOut: held} {
		refusals := j.preview(t).Preview.Refusals
		if len(refusals) != 1 || refusals[0].Set != set || refusals[0].Line != 2 || !strings.HasPrefix(refusals[0].Message, "message 1 has the role") {
			t.Errorf("%s: %+v", set, refusals)
		}
	}
}

func TestPreviewOfASoundJob(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{"numTrainEpochs":2,"batchSize":4,"maxLength":64}`, samples(10))
	j.holdOut(t, `{"prompt":"hello 81","completion":"hello you"}`)
	answer := j.preview(t)
	p := answer.Preview
	if len(p.Refusals) > 0 || len(p.Warnings) != 1 || p.Warnings[0].Code != cloud.ProblemSharedPrompts || p.Warnings[0].File != "heldout.jsonl" {
		t.Errorf("%+v, %+v", p.Refusals, p.Warnings)
	}
	if p.Model != "test/model" || p.Steps != 6 || p.Epochs != 2 || p.MaxLength != 64 || p.BatchSize != 4 || !p.ResponsesOnly || p.Train.Samples != 10 || p.HeldOut.Samples != 1 {
		t.Errorf("%+v", p)
	}
	if p.Train.Trained <= 0 || p.Train.Trained >= p.Train.Tokens {
		t.Errorf("%+v", p.Train)
	}
	var why []string
	for _, s := range p.Samples {
		why = append(why, strings.Join(s.Why, "+"))
	}
	if got := strings.Join(why, " "); got != "shared_prompts longest typical shortest" {
		t.Error(got)
	}
	e := p.Estimate
	if *e.Steps != 6 || e.Seconds == nil || e.Seconds.Low <= 0 || e.Seconds.High < e.Seconds.Low || e.MemoryBytes.Low <= 0 || answer.Speed == nil {
		t.Errorf("%+v, %v", e, answer.Speed)
	}

	// Whoever knows the speed spares the trial and gets it back.
	j.change(t, func(job map[string]any) { job["speed"] = cloud.Range{Low: 1, High: 2} })
	answer = j.preview(t)
	if *answer.Speed != (cloud.Range{Low: 1, High: 2}) || answer.Preview.Estimate.Seconds.Low < float64(p.Train.Tokens) {
		t.Errorf("%+v, %v", answer.Preview.Estimate.Seconds, answer.Speed)
	}
	lines, status, stderr := j.run(t, nil)
	if status != 0 || lines[0].Metadata.TotalSteps != p.Steps || lines[0].Metadata.SupervisedPerEpoch != p.Train.Trained || lines[0].Metadata.TokensPerEpoch != p.Train.Tokens {
		t.Errorf("the run begins with %+v, the preview said %+v; %s", lines[0].Metadata, p.Train, stderr)
	}
}

// The data that comes with the tool is not refused, and nothing is odd about it.
func TestPreviewOfTheTemplates(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"triage", "translate", "redaction", "blank"} {
		j := newJob(t, `{"numTrainEpochs":6}`, "")
		data, err := filepath.Abs("../../arkor-init/template/" + template + "/data")
		if err != nil {
			t.Fatal(err)
		}
		j.change(t, func(job map[string]any) {
			job["model"] = map[string]string{"id": "arkor/tiny"}
			job["dataset"] = map[string]string{"path": filepath.Join(data, "train.jsonl"), "name": "train.jsonl"}
			job["evalDataset"] = map[string]string{"path": filepath.Join(data, "heldout.jsonl"), "name": "heldout.jsonl"}
			job["speed"] = cloud.Range{Low: 1000, High: 2000}
		})
		if p := j.preview(t).Preview; len(p.Refusals)+len(p.Warnings) > 0 || p.HeldOut == nil {
			t.Errorf("%s: %+v %+v", template, p.Refusals, p.Warnings)
		}
	}
}

// The backend is gone: nobody waits for the answer.
func TestPreviewEndsWithItsOwner(t *testing.T) {
	t.Parallel()
	j := newJob(t, `{}`, strings.Repeat(samples(100), 400))
	read, write := io.Pipe()
	write.Close()
	status, stdout, _ := runIn(t.Context(), j.dir, read, "preview", "--job", "job.json")
	if status == 0 || stdout != "" {
		t.Errorf("status %d, %q", status, stdout)
	}
}
