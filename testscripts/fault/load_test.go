//go:build unix

package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// pause is how long a client waits after a refused connection.
const pause = 20 * time.Millisecond

// load asks for everything at once until ctx ends, and writes down what it got.
type load struct {
	client
	*ledger
	receiver *receiver
	dataset  string
	last     chan struct{} // closed when nothing new is to be asked for
	done     sync.WaitGroup
}

const (
	waiting   = 3  // jobs that have not ended
	endpoints = 12 // that stay
	steps     = 8  // of a job
)

func newLoad(t *testing.T, b *backend) *load {
	l := &load{ledger: newLedger(), receiver: newReceiver(t), last: make(chan struct{})}
	var err error
	if l.client, err = newClient(b); err != nil {
		t.Fatal(err)
	}
	if err := l.call(t.Context(), http.MethodPost, "/v1/projects?orgSlug=local", map[string]string{"name": "faults", "slug": "faults"}, nil); err != nil {
		t.Fatal(err)
	}
	if l.dataset, err = l.upload(t.Context(), bytes.Repeat([]byte(
		`{"messages":[{"role":"user","content":"Are you open?"},{"role":"assistant","content":"From nine to five."}]}`+"\n"), 8)); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *load) begin(ctx context.Context) {
	for _, work := range []func(context.Context, int) error{l.makeJob, l.makeEndpoint, l.store, l.chat, l.callEndpoint, l.judge} {
		l.done.Go(func() {
			for i := 0; ctx.Err() == nil && !l.finishing(); i++ {
				if err := work(ctx, i); err != nil {
					var refused *errRefused
					if errors.As(err, &refused) && refused.status < 500 && refused.status != http.StatusTooManyRequests {
						l.broken("%v", err)
					}
				}
				rest(ctx, pause)
			}
		})
	}
}

// finish asks for nothing new; wait returns when all jobs have ended.
func (l *load) finish() { close(l.last) }

func (l *load) wait() { l.done.Wait() }

func (l *load) finishing() bool {
	select {
	case <-l.last:
		return true
	default:
		return l.failed() != nil
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (l *load) makeJob(ctx context.Context, i int) error {
	open := 0
	l.with(func() {
		for _, s := range l.jobs {
			if !s.ended {
				open++
			}
		}
	})
	if open >= waiting {
		return nil
	}
	var made struct{ Job cloud.Job }
	err := l.call(ctx, http.MethodPost, "/v1/jobs"+scope, map[string]any{"name": "job " + strconv.Itoa(i), "config": map[string]any{
		"model": "arkor/tiny", "datasetSource": map[string]string{"type": "file", "datasetId": l.dataset},
		"maxSteps": steps, "loggingSteps": 1, "saveSteps": 2, "batchSize": 1, "maxLength": 64, "loraR": 2, "loraAlpha": 2,
		"webhook": map[string]string{"url": l.receiver.url, "secret": hookSecret},
	}}, &made)
	if err != nil {
		return err
	}
	s := &story{artifacts: map[string]cloud.Artifact{}}
	l.with(func() { l.jobs[made.Job.ID] = s })
	l.done.Go(func() { l.read(ctx, made.Job.ID, s) })
	return nil
}

// read follows a job to its end, however often the stream breaks. An event must
// come once, whole and in its place.
func (l *load) read(ctx context.Context, id string, s *story) {
	for ctx.Err() == nil && !s.ended && l.failed() == nil {
		last := strconv.Itoa(len(s.events))
		res, err := l.open(ctx, http.MethodGet, "/v1/jobs/"+id+"/events/stream"+scope, nil, "Last-Event-ID", last)
		if err != nil {
			var refused *errRefused
			if errors.As(err, &refused) && refused.status < 500 {
				l.broken("the events of job %s: %v", id, err)
				return
			}
			rest(ctx, pause)
			continue
		}
		stream := cloud.NewStream(res.Body)
		for {
			frame, err := stream.Next()
			if err != nil {
				break
			}
			if frame.Event == cloud.EventEnd {
				l.with(func() { s.ended = true })
				break
			}
			if frame.Event != cloud.EventPing && !l.keep(id, s, frame) {
				stream.Close()
				return
			}
		}
		stream.Close()
	}
}

func (l *load) keep(id string, s *story, frame cloud.Frame) bool {
	if want := strconv.Itoa(len(s.events) + 1); frame.ID != want {
		l.broken("job %s: event %s came in the place of %s", id, frame.ID, want)
		return false
	}
	var event struct{ Artifacts []cloud.Artifact }
	if err := json.Unmarshal([]byte(frame.Data), &event); err != nil {
		l.broken("job %s: event %s is %q", id, frame.ID, frame.Data)
		return false
	}
	l.with(func() {
		s.events = append(s.events, frame.Data)
		for _, a := range event.Artifacts {
			s.artifacts[a.ID] = a
		}
	})
	return true
}

// makeEndpoint makes an endpoint with two keys, revokes one of them, and
// removes the endpoint again when there are enough.
func (l *load) makeEndpoint(ctx context.Context, i int) error {
	slug := fmt.Sprintf("e-%d-%d", i, rand.Uint32())
	var made struct{ Deployment cloud.Endpoint }
	err := l.call(ctx, http.MethodPost, "/v1/endpoints"+scope, map[string]any{
		"slug": slug, "authMode": "fixed_api_key", "target": map[string]string{"kind": "base_model", "baseModel": "arkor/tiny"},
	}, &made)
	if err != nil {
		return err
	}
	id := made.Deployment.ID
	enough := false
	l.with(func() {
		l.endpoints[id] = slug
		enough = len(l.endpoints) > endpoints
	})
	path := "/v1/endpoints/" + id
	for n := range 2 {
		var added struct{ Key cloud.NewEndpointKey }
		if err := l.call(ctx, http.MethodPost, path+"/keys"+scope, map[string]string{"label": "key"}, &added); err != nil {
			return err
		}
		l.with(func() { l.keys[added.Key.ID] = key{endpoint: id, text: added.Key.Plaintext, unsure: n == 1} })
		if n == 0 {
			continue
		}
		if err := l.call(ctx, http.MethodDelete, path+"/keys/"+added.Key.ID+scope, nil, nil); err != nil {
			return err
		}
		l.with(func() { l.keys[added.Key.ID] = key{endpoint: id, text: added.Key.Plaintext, revoked: true} })
	}
	if !enough {
		return nil
	}
	l.with(func() { delete(l.endpoints, id) }) // from here on it may be there or not
	return l.call(ctx, http.MethodDelete, path+scope, nil, nil)
}

func (l *load) store(ctx context.Context, i int) error {
	id, err := l.upload(ctx, fmt.Appendf(nil, `{"messages":[{"role":"user","content":"%d"},{"role":"assistant","content":"yes"}]}`+"\n", i))
	if err == nil {
		l.with(func() { l.datasets[id] = true })
	}
	rest(ctx, 10*pause)
	return err
}

func (l *load) chat(ctx context.Context, _ int) error {
	var answer struct {
		Choices []struct {
			Message cloud.Message
		}
	}
	err := l.call(ctx, http.MethodPost, "/v1/inference/chat"+scope, map[string]any{
		"baseModel": "arkor/tiny", "stream": false, "maxTokens": 16,
		"messages": []map[string]string{{"role": "user", "content": "What are your opening hours?"}},
	}, &answer)
	if err == nil && len(answer.Choices) == 1 {
		l.with(func() { l.chats++ })
	}
	return err
}
