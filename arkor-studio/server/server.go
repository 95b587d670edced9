// Package server answers the page: its API, and what stands between the page
// and the backend. The backend's token stays here.
package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/errands"
	"github.com/arkorlab/arkor-go/arkor-studio/guard"
	"github.com/arkorlab/arkor-go/arkor-studio/manifest"
	"github.com/arkorlab/arkor-go/arkor-studio/preview"
	"github.com/arkorlab/arkor-go/arkor-studio/runs"
	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/arkor-studio/web"
	"github.com/arkorlab/arkor-go/shared/cli"
)

const (
	// requestTimeout is what an answer of the backend may take that is no stream.
	requestTimeout = 30 * time.Second
	// bodyTimeout is what a request's body may take to arrive.
	bodyTimeout = 30 * time.Second
)

// Server is the server of one launch.
type Server struct {
	env      cli.Env
	log      *slog.Logger
	launchID string
	handler  http.Handler

	upstream *upstream.Upstream
	manifest *manifest.Reader
	preview  *preview.Reader
	runs     *runs.Manager
	news     *news
	entry    *entry
	signIn   signIn
	offers   *offers

	leaving context.Context // ends with the server; streams end with it
	leave   context.CancelFunc
	errands *errands.Group // what the server does on its own

	watching sync.Once
	farewell time.Duration // how long requests may go on when the server ends
	patience time.Duration // with a body that does not arrive
}

// New returns the server for the project in env.Dir. It starts nothing.
func New(env cli.Env, launch guard.Launch, log *slog.Logger) (*Server, error) {
	s := &Server{
		env: env, log: log, farewell: time.Second, patience: bodyTimeout,
		errands: errands.New(), entry: newEntry(env.Dir), offers: newOffers(),
	}
	s.upstream, s.preview = upstream.New(env, s.errands), preview.NewReader(env, s.errands)
	s.upstream.OnAnswer = s.observe
	s.manifest = manifest.NewReader(env, s.errands, s.entry.chosen)
	s.leaving, s.leave = context.WithCancel(context.Background())
	s.news = newNews()
	s.runs = runs.New(env, func() { s.news.publish(changed{runs: true}) })
	id := sha256.Sum256([]byte("launch " + launch.Token))
	s.launchID = hex.EncodeToString(id[:8])

	page, err := web.Handler(launch)
	if err != nil {
		return nil, err
	}
	api := s.api()
	open := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case guard.IsAPI(r):
			api.ServeHTTP(w, r)
		case r.URL.Path == WellKnown:
			s.dispatch(methods{"GET": s.wellKnown}).ServeHTTP(w, r)
		default:
			page.ServeHTTP(w, r)
		}
	})
	guarded, err := guard.New(launch, open)
	s.handler = s.hurry(guarded)
	return s, err
}

// hurry bounds how long the body of a request may take, also of one that is
// refused: net/http reads what is left of a body before it answers.
func (s *Server) hurry(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.patience))
		}
		next.ServeHTTP(w, r)
	})
}

// Serve serves until ctx ends, and then ends what it started: trainings are
// detached and returned. An error of the listener is logged and ends nothing.
func (s *Server) Serve(ctx context.Context, listener net.Listener) []runs.Run {
	h := s.http()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := h.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintf(s.env.Stderr, "Studio server error after startup: %v\n", err)
		}
	}()
	<-ctx.Done()
	s.leave()
	cut := s.runs.Shutdown(context.WithoutCancel(ctx))
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.farewell)
	defer cancel()
	if h.Shutdown(late) != nil {
		_ = h.Close()
	}
	<-ended
	s.errands.End(context.Cause(ctx))
	return cut
}

// http has no limit for the whole of an answer: event streams last.
func (s *Server) http() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ConnContext:       guard.Connected,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // what clients do wrong
		// "OPTIONS *" would be answered in front of the guard.
		DisableGeneralOptionsHandler: true,
	}
}

// WellKnown is where anybody on this machine may learn that this is a Studio,
// and whether it is that of a project they know.
const WellKnown = "/.well-known/arkor-studio"

// Presence answers WellKnown.
type Presence struct {
	Name    string `json:"name"`
	Project string `json:"project"`
}

// Here is the presence of the Studio for the project in dir.
func Here(dir string) Presence {
	sum := sha256.Sum256([]byte(dir))
	return Presence{Name: "arkor-studio", Project: hex.EncodeToString(sum[:])}
}

func (s *Server) wellKnown(c *call) error { return c.json(http.StatusOK, Here(s.env.Dir)) }
