//go:build unix

package fault

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// ledger is what the backend has acknowledged, and so must never lose.
type ledger struct {
	mu        sync.Mutex
	jobs      map[string]*story
	endpoints map[string]string // id: slug
	keys      map[string]key    // by id
	datasets  map[string]bool
	evals     map[string][]string // names, by the id of the job
	chats     int
	calls     int   // of endpoints, that were answered
	failure   error // the first promise that was broken
}

// story is what a reader saw of a job.
type story struct {
	events    []string // the data of event i+1
	artifacts map[string]cloud.Artifact
	ended     bool
}

type key struct {
	endpoint string
	text     string // that its owner keeps
	revoked  bool   // and so acknowledged
	unsure   bool   // a revocation was asked for and not answered
}

func newLedger() *ledger {
	return &ledger{jobs: map[string]*story{}, endpoints: map[string]string{}, keys: map[string]key{}, datasets: map[string]bool{}, evals: map[string][]string{}}
}

func (l *ledger) with(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *ledger) broken(format string, args ...any) {
	l.with(func() {
		if l.failure == nil {
			l.failure = fmt.Errorf(format, args...)
		}
	})
}

func (l *ledger) failed() (err error) {
	l.with(func() { err = l.failure })
	return err
}

// check compares all that was acknowledged with what is there.
func (l *load) check(t *testing.T) {
	ctx := t.Context()
	statuses := map[cloud.JobStatus]int{}
	artifacts := 0
	for id, s := range l.jobs {
		var known struct {
			Job    cloud.Job
			Events []json.RawMessage
		}
		if err := l.call(ctx, http.MethodGet, "/v1/jobs/"+id+scope, nil, &known); err != nil {
			t.Errorf("job %s: %v", id, err)
			continue
		}
		statuses[known.Job.Status]++
		if err := wholeStory(s.events, known.Job.Status); err != nil {
			t.Errorf("job %s: %v", id, err)
		}
		if len(known.Events) != len(s.events) {
			t.Errorf("job %s has %d events, %d were seen", id, len(known.Events), len(s.events))
		}
		for _, a := range s.artifacts {
			artifacts++
			if err := l.checkArtifact(ctx, id, a); err != nil {
				t.Error(err)
			}
		}
	}
	l.checkEndpoints(t)
	l.checkKeys(t)
	judged := l.checkEvals(t)
	l.receiver.check(t, l.jobs)
	for id := range l.datasets {
		if err := l.call(ctx, http.MethodGet, "/v1/datasets/"+id+scope, nil, nil); err != nil {
			t.Errorf("data set %s: %v", id, err)
		}
	}
	t.Logf("looked for %d jobs %v, %d artifacts, %d endpoints, %d keys, %d data sets, %d evals; %d chats and %d calls of endpoints were answered",
		len(l.jobs), statuses, artifacts, len(l.endpoints), len(l.keys), len(l.datasets), judged, l.chats, l.calls)
	if statuses[cloud.Completed] == 0 || artifacts == 0 || len(l.endpoints) == 0 || l.chats == 0 || l.calls == 0 || judged == 0 {
		t.Error("there was too little to lose")
	}
}

// wholeStory checks that each step was logged once and in order, and that the
// story has one end.
func wholeStory(events []string, status cloud.JobStatus) error {
	step, end := 0, ""
	for _, data := range events {
		var event struct {
			Type string
			Step int
		}
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			return err
		}
		if end != "" {
			return fmt.Errorf("%s comes after %s", event.Type, end)
		}
		switch event.Type {
		case cloud.EventLog:
			if step++; event.Step != step {
				return fmt.Errorf("step %d is logged in the place of %d", event.Step, step)
			}
		case cloud.EventCompleted, cloud.EventFailed, cloud.EventCancelled:
			end = event.Type
		}
	}
	switch {
	case end != "training."+string(status):
		return fmt.Errorf("its status is %s, its end %q", status, end)
	case status == cloud.Completed && step != steps:
		return fmt.Errorf("it completed after %d of %d steps", step, steps)
	}
	return nil
}

func (l *load) checkEndpoints(t *testing.T) {
	for id, slug := range l.endpoints {
		var known struct{ Deployment cloud.Endpoint }
		var listed struct{ Keys []cloud.EndpointKey }
		if err := l.call(t.Context(), http.MethodGet, "/v1/endpoints/"+id+scope, nil, &known); err != nil {
			t.Errorf("endpoint %s: %v", slug, err)
			continue
		}
		if known.Deployment.Slug != slug {
			t.Errorf("endpoint %s is called %s", slug, known.Deployment.Slug)
		}
		if err := l.call(t.Context(), http.MethodGet, "/v1/endpoints/"+id+"/keys"+scope, nil, &listed); err != nil {
			t.Errorf("the keys of %s: %v", slug, err)
		}
		for keyID, k := range l.keys {
			if k.endpoint != id {
				continue
			}
			at := slices.IndexFunc(listed.Keys, func(known cloud.EndpointKey) bool { return known.ID == keyID })
			switch {
			case at < 0:
				t.Errorf("a key of %s is gone", slug)
			case !k.unsure && listed.Keys[at].Enabled == k.revoked:
				t.Errorf("a key of %s is enabled: %v, it should be %v", slug, listed.Keys[at].Enabled, !k.revoked)
			}
		}
	}
}
