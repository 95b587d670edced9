package daemon_test

import (
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestQueueIsFull(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Queue = store.QueueLimits{Project: 1, All: 2} })
	control := fakeworker.NewControl(t)
	plan := config(fakeworker.Plan{Control: control.Address()})
	running := b.create(plan)
	worker := control.Next()
	waiting := b.create(plan)
	body := map[string]any{"name": "run", "config": plan}
	refused := b.do("POST", inDemo("/v1/jobs"), body, "Idempotency-Key", "k")
	b.want(refused, 429, "queue_full")
	check(t, "60", refused.Header.Get("Retry-After"))
	check(t, `{"code":"queue_full","error":"this project's part of the queue is full: it holds 1 already, the limit of this backend; wait until one begins, or cancel one"}`, refused.text())
	b.want(b.do("POST", inDemo("/v1/jobs/"+waiting.ID+"/cancel"), nil), 200, "")
	// A refusal is not remembered, and a job that is there is not refused.
	b.want(b.do("POST", inDemo("/v1/jobs"), body, "Idempotency-Key", "k"), 201, "")
	b.want(b.do("POST", inDemo("/v1/jobs"), body, "Idempotency-Key", "k"), 200, "")
	b.want(b.do("POST", inDemo("/v1/jobs/"+waiting.ID+"/resume"), nil), 409, "not_resumable")
	worker.AtStep()
	b.want(b.do("POST", inDemo("/v1/jobs/"+running.ID+"/cancel"), nil), 200, "")
	worker.Gone()
}

func TestTrainingsAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Running = 2 })
	control := fakeworker.NewControl(t)
	plan := config(fakeworker.Plan{Control: control.Address()})
	b.create(plan)
	b.create(plan)
	third := b.create(plan)
	first, second := control.Next(), control.Next() // both are there while neither has ended
	check(t, 1, b.job(third.ID).JobsAhead)
	first.AtStep()
	first.Do("free")
	second.AtStep()
	second.Do("free")
	control.Next().Do("free")
	b.events(third.ID, "")
	check(t, cloud.Completed, b.job(third.ID).Status)
	check(t, int64(2), *read[cloud.Models](b.do("GET", "/v1/models", nil)).Limits.MaxConcurrentJobs)
}
