package daemon_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/arkor-backend/webhook"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// delivery is a request that a receiver got.
type delivery struct {
	header http.Header
	body   []byte
}

// newReceiver answers with what answer says, and hands on what it got.
func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) (address string, got <-chan delivery) {
	t.Helper()
	deliveries := make(chan delivery, 16)
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n++
		deliveries <- delivery{r.Header, body}
		answer(n, w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/ended?token=in-the-url", deliveries
}

func accept(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func withWebhook(plan fakeworker.Plan, url string) map[string]any {
	c := config(plan)
	c["webhook"] = map[string]string{"url": url, "secret": hookSecret}
	return c
}

// settled waits until a job's webhook is neither waiting nor pending.
func (b *backend) settled(id string) cloud.WebhookState {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if hook := b.job(id).Webhook; hook.Status == cloud.WebhookDelivered || hook.Status == cloud.WebhookFailed {
			return *hook
		}
	}
	b.t.Fatalf("the webhook is %+v", b.job(id).Webhook)
	return cloud.WebhookState{}
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	b := start(t)
	address, got := newReceiver(t, accept)
	control := fakeworker.NewControl(t)
	job := b.create(withWebhook(fakeworker.Plan{Control: control.Address()}, address))
	worker := control.Next()
	worker.AtStep()
	check(t, cloud.WebhookState{Status: cloud.WebhookWaiting}, *b.job(job.ID).Webhook)
	worker.Do("free")
	d := <-got
	at, err := strconv.ParseInt(d.header.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > time.Minute {
		t.Errorf("timestamp %q", d.header.Get("webhook-timestamp"))
	}
	key, err := webhook.Key(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	check(t, webhook.Sign(key, d.header.Get("webhook-id"), time.Unix(at, 0), d.body), d.header.Get("webhook-signature"))
	check(t, "application/json", d.header.Get("Content-Type"))
	var message struct {
		Type, Timestamp string
		Data            struct {
			Job       cloud.Job
			Metrics   map[string]any
			Artifacts []cloud.Artifact
		}
	}
	if err := json.Unmarshal(d.body, &message); err != nil {
		t.Fatal(err)
	}
	data := message.Data
	if message.Type != cloud.EventCompleted || data.Job.ID != job.ID || data.Job.Status != cloud.Completed || len(data.Metrics) == 0 ||
		len(data.Artifacts) == 0 || message.Timestamp != *data.Job.CompletedAt {
		t.Errorf("message %s", d.body)
	}
	status := 204
	check(t, cloud.WebhookState{Status: cloud.WebhookDelivered, Attempts: 1, LastStatus: &status}, b.settled(job.ID))

	// 6.3 holds for this secret too: nobody is told, nothing but the database has it.
	for _, path := range []string{"/v1/jobs", "/v1/jobs/" + job.ID, "/v1/jobs/" + job.ID + "/artifacts"} {
		if a := b.do("GET", inDemo(path), nil); strings.Contains(a.text(), "MfKQ9r8") {
			t.Errorf("%s: %s", path, a.text())
		}
	}
	if strings.Contains(string(d.body), "MfKQ9r8") {
		t.Errorf("%s", d.body)
	}
	walkFiles(string(b.options.Home), func(path string) {
		data, err := os.ReadFile(path)
		if err != nil || strings.Contains(path, "backend.db") {
			return
		}
		if strings.Contains(string(data), "MfKQ9r8") {
			t.Errorf("%s holds the secret", path)
		}
	})
}

// Failed and cancelled jobs are told too, also those that never began, and a
// job that goes on from another one has its webhook.
func TestWebhookOfOtherEnds(t *testing.T) {
	t.Parallel()
	b := start(t)
	address, got := newReceiver(t, accept)
	control := fakeworker.NewControl(t)
	plan := fakeworker.Plan{Control: control.Address()}
	running := b.create(withWebhook(plan, address))
	worker := control.Next()
	for worker.AtStep() < 3 {
		worker.Do("go")
	}
	waiting := b.create(withWebhook(plan, address))
	told := func() (kind, id string) {
		t.Helper()
		message := struct {
			Type string
			Data struct{ Job cloud.Job }
		}{}
		d := <-got
		if err := json.Unmarshal(d.body, &message); err != nil || d.header.Get("webhook-signature") == "" {
			t.Fatalf("%v: %s", err, d.body)
		}
		return message.Type, message.Data.Job.ID
	}
	b.want(b.do("POST", inDemo("/v1/jobs/"+waiting.ID+"/cancel"), nil), 200, "")
	kind, id := told()
	check(t, []string{cloud.EventCancelled, waiting.ID}, []string{kind, id})
	worker.Do("fail")
	kind, id = told()
	check(t, []string{cloud.EventFailed, running.ID}, []string{kind, id})
	resumed := read[struct{ Job cloud.Job }](b.do("POST", inDemo("/v1/jobs/"+running.ID+"/resume"), nil)).Job
	control.Next().Do("free")
	kind, id = told()
	check(t, []string{cloud.EventCompleted, resumed.ID}, []string{kind, id})
}

// A backend that ends while it delivers leaves the message to the next one,
// which sends it under the same id.
func TestWebhookAcrossRestarts(t *testing.T) {
	t.Parallel()
	b := start(t)
	address, got := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			<-r.Context().Done()
		}
	})
	job := b.create(withWebhook(fakeworker.Plan{}, address))
	first := <-got
	b.close()
	b.open()
	second := <-got
	check(t, first.header.Get("webhook-id"), second.header.Get("webhook-id"))
	check(t, string(first.body), string(second.body))
	check(t, cloud.WebhookDelivered, b.settled(job.ID).Status)
}

// On a server for others an address of its network is none, as for data sets.
func TestWebhookOfTheServersNetwork(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Anonymous = true })
	refused := b.do("POST", inDemo("/v1/jobs"), map[string]any{"name": "run", "config": withWebhook(fakeworker.Plan{}, "http://x.test/")})
	b.want(refused, 400, "")
	if !strings.Contains(refused.text(), "config.webhook.url must begin with https://") {
		t.Error(refused.text())
	}
	job := b.create(withWebhook(fakeworker.Plan{}, "https://127.0.0.1:1/"))
	b.events(job.ID, "")
	for deadline := time.Now().Add(20 * time.Second); b.job(job.ID).Webhook.Attempts == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no attempt was made")
		}
	}
	if hook := b.job(job.ID).Webhook; hook.LastError == nil || !strings.Contains(*hook.LastError, "127.0.0.1 is not a public address") {
		t.Errorf("%+v", hook)
	}
}
