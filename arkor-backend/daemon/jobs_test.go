package daemon_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// fourSteps is the stream of a job of four steps, saved every second one.
var fourSteps = []string{
	"1 training.started", "2 training.log 1", "3 training.log 2", "4 checkpoint.saved 2",
	"5 training.log 3", "6 training.log 4", "7 checkpoint.saved 4", "8 training.completed", "9 end completed",
}

func check(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("want - got +\n%s", diff)
	}
}

func TestJobRunsToItsEnd(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	frames := b.events(job.ID, "")
	check(t, fourSteps, tell(frames))

	var log map[string]any
	if err := json.Unmarshal([]byte(frames[1].Data), &log); err != nil {
		t.Fatal(err)
	}
	delete(log, "timestamp")
	check(t, map[string]any{"type": "training.log", "jobId": job.ID, "step": 1.0, "loss": 1.0, "evalLoss": nil, "learningRate": 0.001,
		"epoch": 0.5, "samplesPerSecond": 20.0, "tokensPerSecond": 1500.0}, log)

	done := b.job(job.ID)
	if done.Status != cloud.Completed || done.StartedAt == nil || done.CompletedAt == nil || done.Error != nil {
		t.Errorf("job %+v", done)
	}
	var shown struct{ Events []map[string]any }
	if err := json.Unmarshal(b.do("GET", inDemo("/v1/jobs/"+job.ID), nil).body, &shown); err != nil {
		t.Fatal(err)
	}
	check(t, 8, len(shown.Events))
	check(t, []any{"1", "training.started", "8", "training.completed"},
		[]any{shown.Events[0]["id"], shown.Events[0]["type"], shown.Events[7]["id"], shown.Events[7]["type"]})
	b.want(b.do("HEAD", inDemo("/v1/jobs/"+job.ID+"/events/stream"), nil), 200, "")

	var saved, listed struct{ Artifacts []cloud.Artifact }
	if err := json.Unmarshal([]byte(frames[7].Data), &saved); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.do("GET", inDemo("/v1/jobs/"+job.ID+"/artifacts"), nil).body, &listed); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range listed.Artifacts {
		names = append(names, a.Kind+" "+a.Name)
	}
	check(t, []string{
		"checkpoint checkpoints/step-2/adapter_config.json", "checkpoint checkpoints/step-2/adapter_model.safetensors", "checkpoint checkpoints/step-2/state/trainer.json",
		"checkpoint checkpoints/step-4/adapter_config.json", "checkpoint checkpoints/step-4/adapter_model.safetensors", "checkpoint checkpoints/step-4/state/trainer.json",
		"adapter final/adapter_config.json", "adapter final/adapter_model.safetensors", "adapter final/state/trainer.json",
	}, names)
	check(t, listed.Artifacts[6:], saved.Artifacts)
}

func TestStreamResumesAtEveryPosition(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	for last, want := range map[string][]string{
		"": fourSteps, "0": fourSteps, "1": fourSteps[1:], "2": fourSteps[2:], "3": fourSteps[3:], "4": fourSteps[4:],
		"5": fourSteps[5:], "6": fourSteps[6:], "7": fourSteps[7:], "8": fourSteps[8:], "9": fourSteps[8:], "1000000": fourSteps[8:],
		"-1": fourSteps, "03": fourSteps, "x": fourSteps, "2.5": fourSteps, "99999999999999999999": fourSteps,
	} {
		check(t, want, tell(b.events(job.ID, last)))
	}
}

func TestStreamFollowsAndPings(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Ping = 1 })
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	seen := b.eventsUntil(job.ID, "", isEvent("ping"))
	if last := seen[len(seen)-1]; last.Data != "" {
		t.Errorf("ping with data %q", last.Data)
	}
	// An id that was not given out yet is no position.
	again := b.eventsUntil(job.ID, "7", isEvent(cloud.EventStarted))
	if again[len(again)-1].ID != "1" {
		t.Errorf("began at %+v", again)
	}
	worker.Do("free")
	var rest []cloud.Frame
	for _, f := range b.events(job.ID, "1") {
		if f.Event != "ping" {
			rest = append(rest, f)
		}
	}
	check(t, fourSteps[1:], tell(rest))
}

func TestJobsWaitTheirTurn(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	first := b.create(config(fakeworker.Plan{Control: control.Address()}))
	second := b.create(config(fakeworker.Plan{}))
	third := b.create(config(fakeworker.Plan{}))
	check(t, []int{0, 1, 2}, []int{first.JobsAhead, second.JobsAhead, third.JobsAhead})
	worker := control.Next()
	worker.AtStep()
	check(t, cloud.Running, b.job(first.ID).Status)
	check(t, cloud.Queued, b.job(second.ID).Status)
	check(t, []int{0, 1, 2}, []int{b.job(first.ID).JobsAhead, b.job(second.ID).JobsAhead, b.job(third.ID).JobsAhead})

	// A waiting job is cancelled at once, and its stream says so for ever.
	b.want(b.do("POST", inDemo("/v1/jobs/"+second.ID+"/cancel"), nil), 200, "")
	want := []string{"1 training.cancelled", "2 end cancelled"}
	check(t, want, tell(b.events(second.ID, "")))
	check(t, want[1:], tell(b.events(second.ID, "2")))
	check(t, cloud.Cancelled, b.job(second.ID).Status)
	check(t, []int{0, 1}, []int{b.job(second.ID).JobsAhead, b.job(third.ID).JobsAhead})

	worker.Do("free")
	check(t, fourSteps, tell(b.events(third.ID, "")))
	b.want(b.do("POST", inDemo("/v1/jobs/"+third.ID+"/cancel"), nil), 200, "")
	check(t, cloud.Completed, b.job(third.ID).Status)
}

func TestCancelRunning(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address(), Save: 100}))
	worker := control.Next()
	for worker.AtStep() < 4 {
		worker.Do("go")
	}
	b.want(b.do("POST", inDemo("/v1/jobs/"+job.ID+"/cancel"), nil), 200, "")
	check(t, []string{"1 training.started", "2 training.log 1", "3 training.log 2", "4 training.log 3", "5 checkpoint.saved 3",
		"6 training.cancelled 3", "7 end cancelled"}, tell(b.events(job.ID, "")))
	if job := b.job(job.ID); job.Status != cloud.Cancelled || job.CompletedAt == nil || job.Error != nil {
		t.Errorf("job %+v", job)
	}
}

func TestCancelWorkerThatDoesNotListen(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Grace = 1 })
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	worker.Do("deaf")
	worker.AtStep()
	b.want(b.do("POST", inDemo("/v1/jobs/"+job.ID+"/cancel"), nil), 200, "")
	check(t, []string{"1 training.started", "2 training.cancelled", "3 end cancelled"}, tell(b.events(job.ID, "")))
	worker.Gone()
}

func TestRestartOfTheBackend(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	waiting := b.create(config(fakeworker.Plan{}))
	worker := control.Next()
	for worker.AtStep() < 4 {
		worker.Do("go")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := b.client.Events(ctx, scope, job.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	for stream.LastID() != "5" {
		if _, err := stream.Next(); err != nil {
			t.Fatal(err)
		}
	}
	b.close() // the worker saves step 3 and leaves
	worker.Gone()
	for {
		frame, err := stream.Next()
		if err != nil {
			break
		}
		if frame.Event == "end" {
			t.Fatal("the stream ended for good")
		}
	}
	b.open()
	worker = control.Next()
	check(t, 4, worker.AtStep())
	worker.Do("free")
	check(t, []string{"6 checkpoint.saved 3", "7 training.log 4", "8 checkpoint.saved 4", "9 training.completed", "10 end completed"},
		tell(b.events(job.ID, "5")))
	check(t, fourSteps, tell(b.events(waiting.ID, "")))
}

func TestDeleteJob(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	path := inDemo("/v1/jobs/" + job.ID)
	b.want(b.do("DELETE", path, nil), 409, "job_active")
	worker.Do("free")
	b.events(job.ID, "")
	b.want(b.do("DELETE", path, nil), 204, "")
	b.want(b.do("GET", path, nil), 404, "job_not_found")
	b.want(b.do("DELETE", path, nil), 404, "job_not_found")
	b.want(b.do("GET", inDemo("/v1/jobs/"+job.ID+"/events/stream"), nil), 410, "job_deleted")
	b.want(b.do("GET", inDemo("/v1/jobs/unknown/events/stream"), nil), 404, "job_not_found")
	var left []string
	err := walkFiles(string(b.options.Home)+"/blobs", func(path string) { left = append(left, path) })
	if err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := os.Stat(string(b.options.Home) + "/jobs/" + job.ID); !os.IsNotExist(err) {
		t.Errorf("job folder: %v", err)
	}
}

func TestResumeJob(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	path := inDemo("/v1/jobs/" + job.ID + "/resume")
	worker := control.Next()
	b.want(b.do("POST", path, nil), 409, "not_resumable")
	for worker.AtStep() < 4 {
		worker.Do("go")
	}
	worker.Do("fail")
	b.events(job.ID, "")
	b.want(b.do("POST", path, `{"fromStep":3}`), 409, "not_resumable")
	b.want(b.do("POST", path, `{"fromStep":1.5}`), 400, "invalid_request")
	made := b.do("POST", path, `{"fromStep":2}`, "Idempotency-Key", "again")
	b.want(made, 201, "")
	var body struct{ Job cloud.Job }
	if err := json.Unmarshal(made.body, &body); err != nil {
		t.Fatal(err)
	}
	check(t, &cloud.ResumedFrom{JobID: job.ID, Step: 2}, body.Job.ResumedFrom)
	b.want(b.do("POST", path, `{"fromStep": 2.0}`, "Idempotency-Key", "again"), 409, "idempotency_conflict")
	replayed := b.do("POST", path, ` {"fromStep":2}`, "Idempotency-Key", "again")
	b.want(replayed, 200, "")
	check(t, "true", replayed.Header.Get("Idempotent-Replayed"))

	// The other job may go: what is resumed does not depend on it.
	b.want(b.do("DELETE", inDemo("/v1/jobs/"+job.ID), nil), 204, "")
	worker = control.Next()
	check(t, 3, worker.AtStep())
	worker.Do("free")
	check(t, []string{"1 training.started", "2 training.log 3", "3 training.log 4", "4 checkpoint.saved 4", "5 training.completed", "6 end completed"},
		tell(b.events(body.Job.ID, "")))
	b.want(b.do("POST", inDemo("/v1/jobs/"+body.Job.ID+"/resume"), nil), 409, "not_resumable")
}
