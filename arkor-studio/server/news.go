package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

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

// news tells every open page what has changed. What is published has a number,
// so that a page that comes back hears what it missed.
type news struct {
	mu      sync.Mutex
	readers map[*newsReader]bool
	number  int
	last    struct{ manifest, runs, state int } // the latest of each
}

type newsReader struct {
	pending changed // guarded by news.mu
	wake    chan struct{}
}

func newNews() *news {
	n := &news{readers: map[*newsReader]bool{}, number: 1}
	n.last.manifest, n.last.runs = 1, 1
	return n
}

func (n *news) publish(c changed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.number++
	for _, kind := range []struct {
		changed bool
		last    *int
	}{{c.manifest, &n.last.manifest}, {c.runs, &n.last.runs}, {c.state, &n.last.state}} {
		if kind.changed {
			*kind.last = n.number
		}
	}
	for r := range n.readers {
		r.add(c)
	}
}

func (r *newsReader) add(c changed) {
	r.pending = r.pending.with(c)
	select {
	case r.wake <- struct{}{}:
	default: // it is awake
	}
}

// subscribe returns a reader of what is published after number, 0 for the
// manifest and the trainings as they are.
func (n *news) subscribe(number int) (r *newsReader, stop func()) {
	r = &newsReader{wake: make(chan struct{}, 1)}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readers[r] = true
	missed := changed{manifest: n.last.manifest > number, runs: n.last.runs > number, state: number > 0 && n.last.state > number}
	if missed != (changed{}) {
		r.add(missed)
	}
	return r, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.readers, r)
	}
}

// take returns what a reader has not heard of, and the number that this brings
// it to.
func (n *news) take(r *newsReader) (changed, int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	pending := r.pending
	r.pending = changed{}
	return pending, n.number
}

// stream tells a page who serves it, and then what changes: the manifest, the
// trainings started here, whose project this is, and what it follows besides.
func (s *Server) stream(c *call) error {
	sources, err := s.followed(c.URL.Query())
	if err != nil {
		return err
	}
	reader, unsubscribe := s.news.subscribe(s.seen(c.Header.Get("Last-Event-Id")))
	defer unsubscribe()
	s.watch()
	sources[""] = func(ctx context.Context, say voice) {
		err := say.json("", "hello", map[string]string{"launchId": s.launchID, "version": cli.Version()})
		for err == nil {
			select {
			case <-reader.wake:
				what, number := s.news.take(reader)
				err = s.tell(ctx, say, what, number)
			case <-ctx.Done():
				return
			}
		}
	}
	return c.merge(sources)
}

// seen is the number in the id of news of this launch, 0 for none.
func (s *Server) seen(id string) int {
	launch, number, _ := strings.Cut(id, "-")
	n, err := strconv.Atoi(number)
	if launch != s.launchID || err != nil {
		return 0
	}
	return n
}

// tell sends what has changed, the quickest to know first. Whoever has the last
// of it has all up to number.
func (s *Server) tell(ctx context.Context, say voice, what changed, number int) error {
	type item struct {
		event string
		data  any
	}
	var items []item
	if what.state {
		items = append(items, item{"state", struct{}{}})
	}
	if what.runs {
		items = append(items, item{"runs", map[string]any{"runs": s.runs.List()}})
	}
	id := s.launchID + "-" + strconv.Itoa(number)
	for at, it := range items {
		own := id
		if what.manifest || at < len(items)-1 {
			own = ""
		}
		if err := say.json(own, it.event, it.data); err != nil {
			return err
		}
	}
	if !what.manifest {
		return nil
	}
	_, answer, err := s.manifestAnswer(ctx)
	if err != nil {
		return err
	}
	return say.json(id, "manifest", answer)
}

// watch begins to watch the project, once, when the first page is open.
func (s *Server) watch() {
	s.watching.Do(func() {
		home, _ := s.env.Home() // without one there are no credentials in it
		s.errands.Go(func() {
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
