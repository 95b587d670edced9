//go:build unix

package fault

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// ask calls an endpoint as its users do, with a key alone, and returns the
// status of the answer once all of it is there.
func (l *load) ask(ctx context.Context, slug, key string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+"/e/"+slug+"/v1/chat/completions",
		strings.NewReader(`{"messages":[{"role":"user","content":"Are you open?"}],"max_tokens":8}`))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// callEndpoint calls one of the endpoints with one of its keys. A key that was
// acknowledged opens it, and one whose revocation was, does not.
func (l *load) callEndpoint(ctx context.Context, _ int) error {
	var chosen key
	slug := ""
	l.with(func() {
		for _, k := range l.keys { // in random order
			if l.endpoints[k.endpoint] != "" && !k.unsure {
				chosen, slug = k, l.endpoints[k.endpoint]
				break
			}
		}
	})
	if slug == "" {
		return nil
	}
	status, err := l.ask(ctx, slug, chosen.text)
	if err != nil {
		return err
	}
	l.with(func() {
		switch {
		case l.endpoints[chosen.endpoint] == "": // it was taken away meanwhile
		case status == http.StatusOK && !chosen.revoked:
			l.calls++
		case status == http.StatusOK, status == http.StatusUnauthorized != chosen.revoked && status < 500 && status != http.StatusTooManyRequests:
			err = fmt.Errorf("endpoint %s answered %d to a key that is revoked: %v", slug, status, chosen.revoked)
		}
	})
	if err != nil {
		l.broken("%v", err)
	}
	return nil
}

func (l *load) checkKeys(t *testing.T) {
	for _, k := range l.keys {
		slug := l.endpoints[k.endpoint]
		if slug == "" || k.unsure {
			continue
		}
		status, err := l.ask(t.Context(), slug, k.text)
		if want := map[bool]int{false: http.StatusOK, true: http.StatusUnauthorized}[k.revoked]; err != nil || status != want {
			t.Errorf("endpoint %s answers a key %d (%v), want %d", slug, status, err, want)
		}
	}
}

// judge stores what an eval found about a job, whether it has ended or not.
func (l *load) judge(ctx context.Context, i int) error {
	var ids []string
	l.with(func() {
		for id := range l.jobs {
			ids = append(ids, id)
		}
	})
	if len(ids) == 0 {
		return nil
	}
	id, name := ids[rand.N(len(ids))], fmt.Sprint("eval ", i)
	err := l.call(ctx, http.MethodPost, "/v1/jobs/"+id+"/evals"+scope, cloud.EvalResult{Name: name, Target: cloud.EvalTarget{Kind: "final"}}, nil)
	if err == nil {
		l.with(func() { l.evals[id] = append(l.evals[id], name) })
	}
	rest(ctx, 10*pause) // a job keeps a bounded number of them
	return err
}

func (l *load) checkEvals(t *testing.T) (n int) {
	for id, names := range l.evals {
		var known struct{ Evals []cloud.EvalResult }
		if err := l.call(t.Context(), http.MethodGet, "/v1/jobs/"+id+"/evals"+scope, nil, &known); err != nil {
			t.Errorf("the evals of job %s: %v", id, err)
		}
		for _, name := range names {
			n++
			if !slices.ContainsFunc(known.Evals, func(r cloud.EvalResult) bool { return r.Name == name }) {
				t.Errorf("%q of job %s is gone", name, id)
			}
		}
	}
	return n
}
