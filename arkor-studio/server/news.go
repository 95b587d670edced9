package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/manifest"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// changed names what a page should look at again. Only the latest state of each
// is of interest, so a slow page holds nobody up.
type changed struct {
	manifest, runs, state bool
	asked                 bool // a person wants to hear of the manifest, even if it is the same
}

func (c changed) with(more changed) changed {
	return changed{c.manifest || more.manifest, c.runs || more.runs, c.state || more.state, c.asked || more.asked}
}

// news tells every open page what has changed.
type news struct {
	mu      sync.Mutex
	readers map[*newsReader]bool
}

type newsReader struct {
	pending changed // guarded by news.mu
	wake    chan struct{}
}

func newNews() *news { return &news{readers: map[*newsReader]bool{}} }

func (n *news) publish(c changed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for r := range n.readers {
		r.pending = r.pending.with(c)
		select {
		case r.wake <- struct{}{}:
		default: // it is awake
		}
	}
}

func (n *news) subscribe() (r *newsReader, stop func()) {
	r = &newsReader{wake: make(chan struct{}, 1)}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readers[r] = true
	return r, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.readers, r)
	}
}

func (n *news) take(r *newsReader) changed {
	n.mu.Lock()
	defer n.mu.Unlock()
	pending := r.pending
	r.pending = changed{}
	return pending
}

// silence is after how long a stream says something, so that both sides notice
// when the other is gone.
const silence = 15 * time.Second

// eventStream writes server-sent events.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (c *call) openStream() (*eventStream, error) {
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	c.status(http.StatusOK)
	e := &eventStream{c.w, http.NewResponseController(c.w)}
	return e, e.control.Flush()
}

// send writes an event with data as JSON, which has no line breaks. An id of ""
// leaves the reader's position as it is.
func (e *eventStream) send(id, event string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	if _, err := fmt.Fprintf(e.w, "%sevent: %s\ndata: %s\n\n", id, event, text); err != nil {
		return err
	}
	return e.control.Flush()
}

// stream tells a page who serves it, and then what changes: the manifest, the
// trainings started here, and whose project this is.
func (s *Server) stream(c *call) error {
	ctx, stop := c.until()
	defer stop()
	reader, unsubscribe := s.news.subscribe()
	defer unsubscribe()
	s.watch()
	e, err := c.openStream()
	if err != nil || c.Method == http.MethodHead {
		return nil
	}
	if e.send("", "hello", map[string]string{"launchId": s.launchID, "version": cli.Version()}) != nil {
		return nil
	}
	pending := changed{manifest: true, runs: true}
	quiet := time.NewTicker(silence)
	defer quiet.Stop()
	for {
		if err := s.tell(ctx, e, pending); err != nil {
			return nil
		}
		select {
		case <-reader.wake:
			pending = s.news.take(reader)
		case <-quiet.C:
			pending = changed{}
			if e.send("", "ping", struct{}{}) != nil {
				return nil
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// tell sends what has changed, the quickest to know first.
func (s *Server) tell(ctx context.Context, e *eventStream, what changed) error {
	if what.state {
		if err := e.send("", "state", struct{}{}); err != nil {
			return err
		}
	}
	if what.runs {
		if err := e.send("", "runs", map[string]any{"runs": s.runs.List()}); err != nil {
			return err
		}
	}
	if what.manifest {
		_, answer, err := s.manifestAnswer(ctx)
		if err != nil {
			return err
		}
		return e.send("", "manifest", answer)
	}
	return nil
}

// watch begins to watch the project, once, when the first page is open.
func (s *Server) watch() {
	s.watching.Do(func() {
		home, _ := s.env.Home() // without one there are no credentials in it
		s.working.Go(func() {
			err := manifest.Watch(s.leaving, s.env.Dir, home, s.manifest.Files(), func(c manifest.Change) {
				if c.Sources {
					s.manifest.Changed()
				}
				s.news.publish(changed{manifest: c.Sources, state: c.State})
			}, func() {
				s.warn("src has more folders than can be watched; changes in some of them show after a reload of the page")
			})
			if err != nil {
				s.warn("the project cannot be watched (%v); changes show after a reload of the page", err)
			}
		})
	})
}

func (s *Server) warn(format string, args ...any) {
	fmt.Fprintf(s.env.Stderr, "arkor dev: warning: "+format+"\n", args...)
}

// readManifest says what the project exports.
func (s *Server) readManifest(c *call) error {
	status, answer, err := s.manifestAnswer(c.Context())
	if err != nil {
		return err
	}
	return c.json(status, answer)
}

// manifestAnswer is the manifest, or what is wrong with the project. Only the
// end of ctx is an error.
func (s *Server) manifestAnswer(ctx context.Context) (status int, answer any, err error) {
	m, err := s.manifest.Read(ctx)
	switch {
	case ctx.Err() != nil:
		return 0, nil, context.Cause(ctx)
	case err != nil:
		f := s.failure(ctx, "/api/manifest", err)
		return f.status, f, nil
	case m.Error != "":
		return http.StatusBadRequest, &failure{http.StatusBadRequest, m.Error, m.Code, m.Hint, m.Diagnostics}, nil
	}
	return http.StatusOK, m.Fields, nil
}
