package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// played is a backend that a test plays, for jobs that no training of a few
// seconds could be. It has what is asked of it, and 404 for everything else.
type played struct {
	t  *testing.T
	mu sync.Mutex

	jobs     []playedJob
	handlers map[string]http.HandlerFunc // by method and path
	asked    map[string]int
}

type playedJob struct {
	ID          string         `json:"id"`
	ProjectID   string         `json:"projectId"`
	Name        string         `json:"name"`
	Status      string         `json:"status"`
	Config      map[string]any `json:"config"`
	CreatedAt   string         `json:"createdAt"`
	StartedAt   string         `json:"startedAt,omitempty"`
	CompletedAt string         `json:"completedAt,omitempty"`
	Error       string         `json:"error,omitempty"`
}

// play serves a Studio for a project of a backend that the test plays.
func play(t *testing.T, jobs ...playedJob) (*studio, *played) {
	t.Helper()
	if why != "" {
		t.Skip(why)
	}
	b := &played{t: t, handlers: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	for _, job := range jobs {
		b.add(job)
	}
	api := httptest.NewServer(b)
	t.Cleanup(func() { api.CloseClientConnections(); api.Close() })
	root := t.TempDir()
	p := &project{home: filepath.Join(root, "home"), dir: filepath.Join(root, "bot")}
	p.env = []string{
		"HOME=" + p.home, "PATH=" + binaries + string(os.PathListSeparator) + os.Getenv("PATH"), "DO_NOT_TRACK=1", "NO_COLOR=1",
		"ARKOR_BACKEND=" + api.URL, "ARKOR_TOKEN=t",
	}
	for _, folder := range []string{p.home, filepath.Join(p.dir, ".arkor")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(p.dir, ".arkor", "state.json"), []byte(`{"orgSlug":"o","projectSlug":"bot","projectId":"p"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return serve(t, p), b
}

// add puts a job at the head of the list.
func (b *played) add(job playedJob) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if job.CreatedAt == "" {
		job.CreatedAt = "2026-01-01T00:00:00.000Z"
	}
	if job.Config == nil {
		job.Config = map[string]any{"model": "m", "maxSteps": 100}
	}
	job.ProjectID = "p"
	b.jobs = append([]playedJob{job}, b.jobs...)
}

func (b *played) on(route string, h http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers[route] = h
}

// say answers a route with a status and a body.
func (b *played) say(route string, status int, body string) {
	b.on(route, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
}

// events lets a job have these events, each a type and its fields, and an end
// unless it is still running.
func (b *played) events(id string, events ...string) {
	b.on("GET /v1/jobs/"+id+"/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		after := 0
		_, _ = fmt.Sscan(r.Header.Get("Last-Event-Id"), &after)
		last := ""
		for i, event := range events {
			kind, data, _ := strings.Cut(event, " ")
			if last = kind; i >= after {
				fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", i+1, kind, data)
			}
		}
		if status, over := strings.CutPrefix(last, "training."); over && status != "log" && status != "started" {
			fmt.Fprintf(w, "event: end\ndata: {\"status\":%q}\n\n", status)
			return
		}
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
}

func (b *played) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route := r.Method + " " + r.URL.Path
	b.mu.Lock()
	b.asked[route]++
	h := b.handlers[route]
	jobs := append([]playedJob(nil), b.jobs...)
	b.mu.Unlock()
	if h != nil {
		h(w, r)
		return
	}
	if route == "GET /v1/jobs" {
		_ = json.NewEncoder(w).Encode(map[string]any{"jobs": jobs})
		return
	}
	for _, job := range jobs {
		if route == "GET /v1/jobs/"+job.ID {
			_ = json.NewEncoder(w).Encode(map[string]any{"job": job, "events": []any{}})
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"error":"Not found"}`)
}

// remove takes a job out of the list.
func (b *played) remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, job := range b.jobs {
		if job.ID == id {
			b.jobs = append(b.jobs[:i:i], b.jobs[i+1:]...)
			return
		}
	}
}

// notThere are the browser's own lines about what a played backend lacks.
const notThere = "responded with a status of 404"
