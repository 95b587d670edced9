package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/outbound"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// receiver answers with the statuses one after the other, 0 for none, and with
// the last one from then on.
type receiver struct {
	mu       sync.Mutex
	statuses []int
	got      []string // time since the start, and the message id
	began    time.Time
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, time.Since(r.began).Truncate(time.Second).String()+" "+req.Header.Get("webhook-id"))
	status := r.statuses[0]
	if len(r.statuses) > 1 {
		r.statuses = r.statuses[1:]
	}
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"/elsewhere"}}, Body: http.NoBody, Request: req}, nil
}

// deliverTo ends a job, and returns its webhook after so long.
func deliverTo(t *testing.T, r *receiver, wait time.Duration) cloud.WebhookState {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "backend.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, now := t.Context(), time.Now()
	if err := db.CreateProject(ctx, cloud.Project{ID: "p", OrgID: "local", Slug: "p"}, now); err != nil {
		t.Fatal(err)
	}
	job := cloud.Job{ID: "j", ProjectID: "p", Name: "j", Config: json.RawMessage(`{}`), CreatedAt: cloud.Timestamp(now)}
	hook := &store.Webhook{URL: "https://x.test/secret-path"}
	if _, _, err := db.CreateJob(ctx, store.NewJob{Job: job, Webhook: hook}, now); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	c := New(db, outbound.Rules{}, slog.New(slog.NewTextHandler(&said, nil)))
	c.client.Transport = r
	r.began = now
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(running) }()
	synctest.Wait()
	if len(r.got) > 0 {
		t.Errorf("sent before the end: %v", r.got)
	}
	change := store.Change{Type: cloud.EventFailed, Data: json.RawMessage(`{"type":"training.failed","error":"boom"}`),
		Status: cloud.Failed, Error: "boom", EndedAt: cloud.Timestamp(now)}
	if err := db.Record(ctx, "j", change); err != nil {
		t.Fatal(err)
	}
	c.Wake()
	time.Sleep(wait)
	stop()
	<-ended
	if strings.Contains(said.String(), "secret-path") {
		t.Errorf("the log shows the address:\n%s", said.String())
	}
	after, err := db.Job(ctx, "j")
	if err != nil {
		t.Fatal(err)
	}
	return *after.Webhook
}

func (r *receiver) times(t *testing.T) (all []string) {
	t.Helper()
	for _, line := range r.got {
		at, id, _ := strings.Cut(line, " ")
		if _, first, _ := strings.Cut(r.got[0], " "); id != first || !strings.HasPrefix(id, "msg_") {
			t.Errorf("message ids %v", r.got)
		}
		all = append(all, at)
	}
	return all
}

func TestAttempts(t *testing.T) {
	text := func(s string) *string { return &s }
	number := func(n int) *int { return &n }
	for _, tc := range []struct {
		name     string
		statuses []int
		times    []string
		want     cloud.WebhookState
	}{
		{"taken at once", []int{204}, []string{"0s"}, cloud.WebhookState{Status: cloud.WebhookDelivered, Attempts: 1, LastStatus: number(204)}},
		{"taken in the end", []int{0, 503, 302, 200}, []string{"0s", "5s", "1m5s", "6m5s"},
			cloud.WebhookState{Status: cloud.WebhookDelivered, Attempts: 4, LastStatus: number(200)}},
		{"never taken", []int{500}, []string{"0s", "5s", "1m5s", "6m5s", "36m5s", "2h36m5s", "7h36m5s", "15h36m5s", "25h36m5s"},
			cloud.WebhookState{Status: cloud.WebhookFailed, Attempts: 9, LastStatus: number(500), LastError: text("the receiver answered 500")}},
		{"redirected", []int{307}, []string{"0s", "5s", "1m5s", "6m5s", "36m5s", "2h36m5s", "7h36m5s", "15h36m5s", "25h36m5s"},
			cloud.WebhookState{Status: cloud.WebhookFailed, Attempts: 9, LastStatus: number(307), LastError: text("the receiver answered 307, and redirects are not followed")}},
		{"not there", []int{0}, []string{"0s", "5s", "1m5s", "6m5s", "36m5s", "2h36m5s", "7h36m5s", "15h36m5s", "25h36m5s"},
			cloud.WebhookState{Status: cloud.WebhookFailed, Attempts: 9, LastError: text("connection refused")}},
		{"not wanted any more", []int{410}, []string{"0s"},
			cloud.WebhookState{Status: cloud.WebhookFailed, Attempts: 1, LastStatus: number(410), LastError: text("the receiver answered 410")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{statuses: tc.statuses}
				got := deliverTo(t, r, 72*time.Hour)
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(tc.times, r.times(t)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// While a message is to be sent, its webhook says when.
func TestNextAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got := deliverTo(t, &receiver{statuses: []int{500}}, 2*time.Minute)
		if want := cloud.Timestamp(began.Add(6*time.Minute + 5*time.Second)); got.NextAttemptAt == nil || *got.NextAttemptAt != want || got.Status != cloud.WebhookPending {
			t.Errorf("%+v, want an attempt at %s", got, want)
		}
	})
}

// What a receiver answers is read a little, and no further.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	endless := &endless{}
	c := New(nil, outbound.Rules{}, slog.New(slog.DiscardHandler))
	c.client.Transport = roundTrip(func(req *http.Request) *http.Response {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(endless), Request: req}
	})
	if status, err := c.send(t.Context(), store.Delivery{Webhook: store.Webhook{URL: "https://x.test"}}, nil); status != 200 || err != nil {
		t.Error(status, err)
	}
	if endless.read > 64<<10 {
		t.Errorf("%d bytes were read", endless.read)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req), nil }
