// Package api is the backend's HTTP side: the contract of the cloud API.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/artifact"
	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/dataset"
	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/arkor-backend/inference"
	"github.com/arkorlab/arkor-go/arkor-backend/outbound"
	"github.com/arkorlab/arkor-go/arkor-backend/queue"
	"github.com/arkorlab/arkor-go/arkor-backend/series"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/arkor-backend/usage"
)

// Options is what the API works with.
type Options struct {
	Store   *store.Store
	Blobs   *blob.Store
	Queue   *queue.Queue
	Engine  engine.Engine
	Uploads *dataset.Uploads
	Fetcher *dataset.Fetcher
	Pool    *inference.Pool
	Usage   *usage.Log

	Receivers outbound.Rules      // of webhooks
	Identity  *identity.Authority // who may call

	Limits      store.QueueLimits
	JobsDir     string // folders of jobs
	AdaptersDir string // adapters laid out for the worker that answers chats

	Version   string
	MinClient string  // lowest client version that is served, "" for all
	Loopback  bool    // the listener can be reached from this machine only
	Address   Address // of endpoints

	Ping    time.Duration // silence after which an event stream says something
	Body    time.Duration // what the body of a request may take to arrive
	Write   time.Duration // what a blocked write may take before the client is given up
	Leaving <-chan struct{}
	// Stop ends the backend; with onlyIdle set it refuses (false) while there
	// is work.
	Stop func(onlyIdle bool) bool
	Log  *slog.Logger
}

type server struct {
	Options
	keys     inProgress // idempotency keys of requests that are being served
	storage  healthy
	previews chan struct{} // one for each that is being made
	adapters artifact.Folders
	logs     series.Recent
	pages    pages // of lists of jobs
	busy     busy  // with requests to endpoints
}

// handler serves a request; its error becomes the answer when nothing was
// written yet.
type handler func(*call) error

// methods are the handlers of one path. GET serves HEAD too.
type methods map[string]handler

// New returns the API.
func New(o Options) http.Handler {
	s := &server{Options: o, previews: make(chan struct{}, maxPreviews), adapters: artifact.Folders{Blobs: o.Blobs}}
	mux := http.NewServeMux()
	for path, m := range s.routes() {
		mux.Handle(path, s.dispatch(m))
	}
	mux.Handle("/", s.dispatch(nil))
	return s.guard(mux)
}

func (s *server) routes() map[string]methods {
	return map[string]methods{
		"/healthz":                             {"GET": s.health},
		"/v1/auth/cli/config":                  {"GET": s.authConfig},
		"/v1/auth/anonymous":                   {"POST": s.anonymous},
		"/v1/backend":                          {"GET": s.byOwner(s.backendState)},
		"/v1/backend/stop":                     {"POST": s.byOwner(s.backendStop)},
		"/v1/me":                               {"GET": s.signedIn(s.me)},
		"/v1/models":                           {"GET": s.signedIn(s.models)},
		"/v1/projects":                         {"GET": s.inOrg(s.listProjects), "POST": s.inOrg(s.createProject)},
		"/v1/preview":                          {"POST": s.inProject(s.preview)},
		"/v1/estimate":                         {"POST": s.inProject(s.estimate)},
		"/v1/jobs":                             {"GET": s.inProject(s.listJobs), "POST": s.inProject(s.createJob)},
		"/v1/jobs/{id}":                        {"GET": s.inProject(s.getJob), "DELETE": s.inProject(s.deleteJob)},
		"/v1/jobs/{id}/cancel":                 {"POST": s.inProject(s.cancelJob)},
		"/v1/jobs/{id}/resume":                 {"POST": s.inProject(s.resumeJob)},
		"/v1/jobs/{id}/artifacts":              {"GET": s.inProject(s.listArtifacts)},
		"/v1/datasets":                         {"GET": s.inProject(s.listDatasets), "POST": s.inProject(s.upload)},
		"/v1/datasets/{id}":                    {"GET": s.inProject(s.getDataset), "DELETE": s.inProject(s.deleteDataset)},
		"/v1/inference/chat":                   {"POST": s.inProject(s.chat)},
		"/v1/jobs/{id}/events/stream":          {"GET": s.inProject(s.events)},
		"/v1/jobs/{id}/artifacts/{artifactId}": {"GET": s.inProject(s.getArtifact)},
		"/v1/jobs/{id}/metrics":                {"GET": s.inProject(s.metrics)},
		"/v1/jobs/{id}/evals":                  {"GET": s.inProject(s.listEvals), "POST": s.inProject(s.addEval)},
		"/v1/endpoints":                        {"GET": s.inProject(s.listEndpoints), "POST": s.inProject(s.createEndpoint)},
		"/v1/endpoints/{id}":                   {"GET": s.inProject(s.getEndpoint), "PATCH": s.inProject(s.changeEndpoint), "DELETE": s.inProject(s.deleteEndpoint)},
		"/v1/endpoints/{id}/keys":              {"GET": s.inProject(s.listEndpointKeys), "POST": s.inProject(s.createEndpointKey)},
		"/v1/endpoints/{id}/keys/{keyId}":      {"DELETE": s.inProject(s.revokeEndpointKey)},
		"/v1/endpoints/{id}/runs":              {"GET": s.inProject(s.listRuns), "DELETE": s.inProject(s.deleteRuns)},
		"/v1/endpoints/{id}/runs/{runId}":      {"DELETE": s.inProject(s.deleteRun)},
	}
}

const (
	healthTimeout = 5 * time.Second
	healthLife    = time.Second // how long an answer holds: anybody may ask, and the disk is not theirs
)

// healthy is the last look at the storage.
type healthy struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

func (h *healthy) check(ctx context.Context, look func(context.Context) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) < healthLife {
		return h.err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTimeout)
	defer cancel()
	h.err = look(ctx)
	h.at = time.Now()
	return h.err
}

func (s *server) health(c *call) error {
	if err := s.storage.check(c.Context(), s.Store.Check); err != nil {
		s.Log.Error("health check", "error", err)
		return c.json(http.StatusServiceUnavailable, map[string]any{"status": "unavailable", "reason": "storage"})
	}
	return c.json(http.StatusOK, map[string]any{"status": "ok", "version": s.Version})
}

// backendState is for the commands of arkor-backend.
func (s *server) backendState(c *call) error {
	running, queued, err := s.Store.Active(c.Context())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"version": s.Version, "jobs": map[string]int{"running": running, "queued": queued}})
}

func (s *server) backendStop(c *call) error {
	var body struct {
		OnlyIdle bool `json:"onlyIdle"`
	}
	if err := c.decode(maxJSON, &body); err != nil {
		return err
	}
	if !s.Stop(body.OnlyIdle) {
		return fail(http.StatusConflict, "backend_busy", "the backend has work to do")
	}
	return c.json(http.StatusAccepted, map[string]any{"stopping": true})
}
