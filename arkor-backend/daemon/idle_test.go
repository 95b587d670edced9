package daemon

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// idling is a daemon that does nothing but wait, and how far its clock is.
func idling(t *testing.T) *Daemon {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "backend.db"))
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{
		o:     Options{Idle: 30 * time.Minute, Log: slog.New(slog.NewTextHandler(io.Discard, nil))},
		store: db, leaving: make(chan struct{}), activity: newActivity(),
	}
	d.leave = sync.OnceFunc(func() { close(d.leaving) })
	ended := make(chan struct{})
	go func() { defer close(ended); d.watchIdle(t.Context()) }()
	t.Cleanup(func() {
		d.leave()
		<-ended
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *Daemon) left() bool {
	synctest.Wait()
	select {
	case <-d.leaving:
		return true
	default:
		return false
	}
}

func TestLeavesWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := idling(t)
		time.Sleep(20 * time.Minute)
		d.activity.touch()
		time.Sleep(29 * time.Minute)
		if d.left() {
			t.Fatal("left 29 minutes after a request")
		}
		time.Sleep(2 * time.Minute)
		if !d.left() {
			t.Fatal("still there 31 minutes after a request")
		}
	})
}

func TestStaysForRequestsAndJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := idling(t)
		release := make(chan struct{})
		served := make(chan struct{})
		go func() {
			defer close(served)
			d.activity.watch(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/v1/jobs", nil))
		}()
		time.Sleep(5 * time.Hour)
		if d.left() {
			t.Fatal("left while it served a request")
		}
		ctx, now := t.Context(), time.Now()
		if err := d.store.CreateProject(ctx, cloud.Project{ID: "p", OrgID: "local", Slug: "p"}, now); err != nil {
			t.Fatal(err)
		}
		job := cloud.Job{ID: "j", ProjectID: "p", Name: "j", Config: json.RawMessage(`{}`), CreatedAt: cloud.Timestamp(now)}
		if _, _, err := d.store.CreateJob(ctx, store.NewJob{Job: job}, now); err != nil {
			t.Fatal(err)
		}
		close(release)
		<-served
		time.Sleep(5 * time.Hour)
		if d.left() || d.stop(true) {
			t.Fatal("left while a job waited")
		}
		if err := d.store.Record(ctx, "j", store.Change{Status: cloud.Cancelled}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(61 * time.Minute)
		if !d.left() {
			t.Fatal("still there after the job")
		}
	})
}

// A message that is about to be sent again keeps the daemon; one that is not
// waits for the next.
func TestStaysForDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := idling(t)
		ctx, now := t.Context(), time.Now()
		if err := d.store.CreateProject(ctx, cloud.Project{ID: "p", OrgID: "local", Slug: "p"}, now); err != nil {
			t.Fatal(err)
		}
		job := cloud.Job{ID: "j", ProjectID: "p", Name: "j", Config: json.RawMessage(`{}`), CreatedAt: cloud.Timestamp(now)}
		if _, _, err := d.store.CreateJob(ctx, store.NewJob{Job: job, Webhook: &store.Webhook{URL: "https://x.test"}}, now); err != nil {
			t.Fatal(err)
		}
		if err := d.store.Record(ctx, "j", store.Change{Status: cloud.Cancelled, EndedAt: cloud.Timestamp(now)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Hour) // nobody delivers here
		if d.left() {
			t.Fatal("left while a message was due")
		}
		later := store.Attempt{Status: cloud.WebhookPending, DueAt: cloud.Timestamp(time.Now().Add(8 * time.Hour))}
		if err := d.store.RecordAttempt(ctx, "j", later); err != nil {
			t.Fatal(err)
		}
		time.Sleep(61 * time.Minute)
		if !d.left() {
			t.Fatal("still there, with nothing to do for hours")
		}
	})
}

// Whoever calls an endpoint cannot start the daemon: it stays while one is
// enabled.
func TestStaysForEndpoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := idling(t)
		ctx, now := t.Context(), time.Now()
		if err := d.store.CreateProject(ctx, cloud.Project{ID: "p", OrgID: "local", Slug: "p"}, now); err != nil {
			t.Fatal(err)
		}
		e := cloud.Endpoint{
			ID: "e", ProjectID: "p", Slug: "bot", Enabled: true, AuthMode: cloud.AuthNone, RunRetentionMode: cloud.RetainDisabled,
			Target: cloud.EndpointTarget{Kind: cloud.TargetBaseModel, BaseModel: "m"},
		}
		if _, err := d.store.CreateEndpoint(ctx, e); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Hour)
		if d.left() {
			t.Fatal("left while an endpoint was enabled")
		}
		if _, err := d.store.ChangeEndpoint(ctx, "p", "e", now, func(e *cloud.Endpoint) { e.Enabled = false }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(61 * time.Minute)
		if !d.left() {
			t.Fatal("still there for an endpoint that is disabled")
		}
	})
}

func TestEndpointsKeepNoVersionInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := idling(t)
		if err := d.store.CreateProject(t.Context(), cloud.Project{ID: "p", OrgID: "local", Slug: "p"}, time.Now()); err != nil {
			t.Fatal(err)
		}
		e := cloud.Endpoint{ID: "e", ProjectID: "p", Slug: "bot", Enabled: true, AuthMode: cloud.AuthNone, RunRetentionMode: cloud.RetainDisabled}
		if _, err := d.store.CreateEndpoint(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if !d.stop(true) || !d.left() {
			t.Error("a newer version has to wait for an endpoint")
		}
	})
}

// A question about the daemon itself may still be under way when whoever has its
// answer asks an idle daemon to leave.
func TestQuestionsAreNoWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := idling(t)
		release := make(chan struct{})
		ask := func(path string) {
			d.activity.watch(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })).
				ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		}
		go ask("/v1/jobs")
		go ask("/v1/backend")
		synctest.Wait()
		if d.stop(true) {
			t.Error("it left in the midst of a request")
		}
		release <- struct{}{}
		release <- struct{}{}
		synctest.Wait()
		go ask("/v1/backend")
		synctest.Wait()
		if !d.stop(true) {
			t.Error("a question about it kept it")
		}
		release <- struct{}{}
	})
}
