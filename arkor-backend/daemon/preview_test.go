package daemon_test

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// onFile is a config whose data set is an uploaded file.
func onFile(plan fakeworker.Plan) map[string]any {
	c := config(plan)
	c["datasetSource"] = map[string]string{"type": "file", "datasetId": idOf(sample)}
	return c
}

// nothingMade fails the test when something stayed behind.
func (b *backend) nothingMade() {
	b.t.Helper()
	left, err := filepath.Glob(string(b.options.Home) + "/jobs/*")
	if err != nil || len(left) > 0 {
		b.t.Errorf("left behind: %v, %v", left, err)
	}
	var list struct{ Jobs []cloud.Job }
	if err := json.Unmarshal(b.do("GET", inDemo("/v1/jobs"), nil).body, &list); err != nil || len(list.Jobs) > 0 {
		b.t.Errorf("jobs %v, %v", list.Jobs, err)
	}
}

func TestPreviewSaysWhatTheWorkerSays(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.want(b.upload(sample), 201, "")
	preview, unavailable, err := b.client.Preview(t.Context(), scope, onFile(fakeworker.Plan{}))
	if err != nil || preview == nil || unavailable != "" {
		t.Fatalf("%v, %q, %v", preview, unavailable, err)
	}
	check(t, []cloud.Problem{{Code: cloud.ProblemCut, Set: "train", File: "train set.jsonl", Line: 1, Message: strings.TrimSpace(sample)}}, preview.Warnings)
	b.nothingMade()
}

// Rule 8.4.
func TestEstimateHasTheShapeOfTheContract(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.want(b.upload(sample), 201, "")
	a := b.do("POST", inDemo("/v1/estimate"), map[string]any{"config": onFile(fakeworker.Plan{})})
	b.want(a, 200, "")
	check(t, `{"estimate":{"steps":4,"seconds":{"low":10,"high":20},"memoryBytes":null,"fits":null,"warnings":[]}}`, a.text())
	estimate, err := b.client.Estimate(t.Context(), scope, onFile(fakeworker.Plan{}))
	if err != nil || *estimate.Steps != 4 {
		t.Errorf("%+v, %v", estimate, err)
	}
	b.nothingMade()
}

// Data that is not here yet is not fetched for a question.
func TestPreviewOfRemoteDataIsNotAvailable(t *testing.T) {
	t.Parallel()
	b := start(t)
	preview, unavailable, err := b.client.Preview(t.Context(), scope, config(fakeworker.Plan{}))
	if err != nil || preview != nil || !strings.Contains(unavailable, "fetched when the training begins") {
		t.Errorf("%v, %q, %v", preview, unavailable, err)
	}
	estimate, err := b.client.Estimate(t.Context(), scope, config(fakeworker.Plan{}))
	if err != nil || estimate.Steps != nil || estimate.Seconds != nil || estimate.MemoryBytes != nil || estimate.Fits != nil || len(estimate.Warnings) != 1 {
		t.Errorf("%+v, %v", estimate, err)
	}
}

// A config that job creation refuses is refused with the same code.
func TestPreviewChecksTheConfig(t *testing.T) {
	t.Parallel()
	b := start(t)
	with := func(key string, value any) map[string]any {
		c := onFile(fakeworker.Plan{})
		c[key] = value
		return c
	}
	for _, c := range []map[string]any{
		onFile(fakeworker.Plan{}), // nothing is uploaded
		with("model", "acme/none"), with("batchSize", 0), with("datasetSource", "x"), with("datasetSource", map[string]string{"type": "file", "datasetId": "sha256:x"}),
	} {
		made := b.do("POST", inDemo("/v1/jobs"), map[string]any{"name": "x", "config": c})
		for _, route := range []string{"/v1/preview", "/v1/estimate"} {
			asked := b.do("POST", inDemo(route), map[string]any{"config": c})
			if asked.StatusCode != http.StatusBadRequest || asked.text() != made.text() {
				t.Errorf("%s: %d %s, a job: %d %s", route, asked.StatusCode, asked.text(), made.StatusCode, made.text())
			}
		}
	}
	b.want(b.do("POST", inDemo("/v1/preview"), `[]`), 400, "invalid_request")
	b.want(b.do("POST", inDemo("/v1/preview"), `{}`), 400, "invalid_config")
	a := b.do("GET", inDemo("/v1/preview"), nil) // rule 8.10
	if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "POST" {
		t.Errorf("%d %q", a.StatusCode, a.Header.Get("Allow"))
	}
}

func TestPreviewOfABrokenWorker(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.want(b.upload(sample), 201, "")
	for plan, words := range map[string]string{"die": "exit status 3: last words", "garbage": "read what arkor-trainer says", "long": "more than fits"} {
		a := b.do("POST", inDemo("/v1/preview"), map[string]any{"config": onFile(fakeworker.Plan{Preview: plan})})
		b.want(a, 503, "preview_unavailable")
		if !strings.Contains(a.text(), words) {
			t.Errorf("%s: %s", plan, a.text())
		}
	}
	b.nothingMade()
}

// The client leaves, and so does the worker; with both places taken a third
// preview waits for one.
func TestPreviewEndsWithItsClient(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.want(b.upload(sample), 201, "")
	control := fakeworker.NewControl(t)
	hang := onFile(fakeworker.Plan{Preview: "hang", Control: control.Address()})
	var workers []*fakeworker.Worker
	var leave []func()
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _, _ = b.client.Preview(ctx, scope, hang)
		}()
		worker := control.Next()
		worker.AtStep()
		workers, leave = append(workers, worker), append(leave, func() { cancel(); <-done })
	}
	third := make(chan error, 1)
	go func() {
		_, _, err := b.client.Preview(t.Context(), scope, onFile(fakeworker.Plan{}))
		third <- err
	}()
	for i := range workers {
		leave[i]()
		workers[i].Gone()
	}
	if err := <-third; err != nil {
		t.Error(err)
	}
}

// What earlier trainings reached is the measure of the next, and before that a
// trial of the run itself.
func TestPreviewKnowsTheSpeedOfEarlierJobs(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.want(b.upload(sample), 201, "")
	seconds := func(plan fakeworker.Plan) cloud.Range {
		t.Helper()
		preview, _, err := b.client.Preview(t.Context(), scope, onFile(plan))
		if err != nil {
			t.Fatal(err)
		}
		return *preview.Estimate.Seconds
	}
	check(t, cloud.Range{Low: 10, High: 20}, seconds(fakeworker.Plan{}))
	check(t, cloud.Range{Low: 100, High: 200}, seconds(fakeworker.Plan{Preview: "fast"})) // another run is another trial
	b.events(b.create(onFile(fakeworker.Plan{Steps: 5})).ID, "")
	check(t, cloud.Range{Low: 10, High: 20}, seconds(fakeworker.Plan{})) // too few logs to go by
	b.events(b.create(onFile(fakeworker.Plan{Steps: 20})).ID, "")
	if got := seconds(fakeworker.Plan{}); math.Abs(got.Low-1000) > 1e-6 || math.Abs(got.High-1950) > 1e-6 {
		t.Errorf("%v", got)
	}
}

func TestPreviewLeftByACrashIsRemoved(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.close()
	left := filepath.Join(string(b.options.Home), "jobs", "preview-1")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	b.open()
	if _, err := os.Stat(left); err == nil {
		t.Error("it is still there")
	}
}
