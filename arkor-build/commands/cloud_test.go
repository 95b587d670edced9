package commands

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// cloud is a backend with one job, j1, for trainers made by the package arkor.
type cloud struct {
	url string

	mu     sync.Mutex
	asked  []string // method and path
	config map[string]any
}

// startCloud serves a job whose events are given as JSON objects.
func startCloud(t *testing.T, events ...string) *cloud {
	t.Helper()
	const job = `{"job":{"id":"j1","orgId":"o1","projectId":"p1","name":"demo","status":"queued","config":{"model":"m"},"createdAt":"2026-01-01T00:00:00Z"}}`
	c := &cloud{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.asked = append(c.asked, r.Method+" "+r.URL.Path)
		c.mu.Unlock()
		switch r.Method + " " + r.URL.Path {
		case "POST /v1/jobs":
			var request struct{ Config map[string]any }
			if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
				t.Error(err)
			}
			c.mu.Lock()
			c.config = request.Config
			c.mu.Unlock()
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, job)
		case "GET /v1/jobs/j1/events/stream":
			w.Header().Set("Content-Type", "text/event-stream")
			for _, event := range events {
				_, _ = io.WriteString(w, "data: "+event+"\n\n")
			}
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// environ signs a project in.
func (c *cloud) environ() []string {
	return []string{"ARKOR_TOKEN=t", "ARKOR_CLOUD_API_URL=" + c.url}
}

func (c *cloud) requests() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.asked, ", ")
}

// cloudProject is a project whose trainer the package arkor makes. input is
// added to what it needs.
func cloudProject(t *testing.T, input string) string {
	t.Helper()
	return projecttest.New(t, `
-- src/arkor/index.ts --
import { createTrainer } from "arkor";
export const trainer = createTrainer({
  name: "demo", model: "unsloth/gemma-4-E4B-it", dataset: { type: "huggingface", name: "a/b" },
`+input+`
});
-- .arkor/state.json --
{"orgSlug":"o","projectSlug":"p","projectId":"i"}
`)
}
