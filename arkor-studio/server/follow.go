package server

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxFollowed is how many jobs and runs one stream may tell of.
const maxFollowed = 16

// A backend's stream that breaks is asked for again, sooner at first.
const (
	firstRetry = time.Second
	lastRetry  = 10 * time.Second
	// deaf is after how long without a word, pings included, the other side is gone.
	deaf = 3 * silence
)

// followed reads what a stream is to tell of besides the news: job=ID:AFTER
// and run=ID:AFTER, both parts escaped, as often as wanted. They are called by
// the parameter and their place among those of its kind: job0, job1, run0.
func (s *Server) followed(query url.Values) (map[string]source, error) {
	sources := map[string]source{}
	for kind, follow := range map[string]func(id, after string) source{"job": s.followJob, "run": s.followRun} {
		for at, text := range query[kind] {
			id, after, _ := strings.Cut(text, ":")
			id, err := url.PathUnescape(id)
			if err != nil || !isID(id) {
				return nil, fail(http.StatusBadRequest, "invalid_request", "%s must be an id, a colon, and behind what to begin", kind)
			}
			if after, err = url.PathUnescape(after); err != nil || len(after) > maxID || strings.ContainsAny(after, "\r\n\x00") {
				return nil, fail(http.StatusBadRequest, "invalid_request", "%s must be an id, a colon, and behind what to begin", kind)
			}
			sources[kind+strconv.Itoa(at)] = follow(id, after)
		}
	}
	if len(sources) > maxFollowed {
		return nil, fail(http.StatusBadRequest, "invalid_request", "a stream tells of at most %d jobs and runs", maxFollowed)
	}
	return sources, nil
}

// standing is what a stream says of something it follows: that it is heard,
// that it is asked for again, or why that would be in vain.
type standing struct {
	State  string `json:"state"` // open, retrying or refused
	Status int    `json:"status,omitempty"`
	*failure
}

// followJob tells of a job's events, and comes back by itself where they break
// off.
func (s *Server) followJob(id, after string) source {
	return func(ctx context.Context, say voice) {
		events := voice{say.name + ":", say.put}
		for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
			before := after
			err := s.readEvents(ctx, id, &after, func() error { return say.json("", "", standing{State: "open"}) }, events)
			if err == nil || ctx.Err() != nil {
				return
			}
			if after != before {
				wait = firstRetry
			}
			f := s.failure(ctx, "/api/stream", err)
			if isFinal(f.status) {
				_ = say.json("", "", standing{"refused", f.status, f})
				return
			}
			if say.json("", "", standing{"retrying", f.status, f}) != nil {
				return
			}
			select {
			case <-time.After(wait*3/4 + rand.N(wait/2)):
			case <-ctx.Done():
				return
			}
		}
	}
}

// isFinal reports whether asking again would be answered the same.
func isFinal(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests
}

// readEvents tells of a job's events once, and moves after along. It returns
// nil behind the last one.
func (s *Server) readEvents(ctx context.Context, id string, after *string, opened func() error, say voice) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := time.AfterFunc(deaf, cancel)
	defer watch.Stop()
	as, query, err := s.scope(ctx)
	if errors.Is(err, upstream.ErrNoScope) || errors.Is(err, upstream.ErrStale) {
		return errNoJobs
	}
	if err != nil {
		return err
	}
	header := http.Header{"Accept": {"text/event-stream"}}
	if *after != "" {
		header.Set("Last-Event-Id", *after)
	}
	res, err := s.upstream.Send(ctx, as, upstream.Request{Method: http.MethodGet, Path: "/v1/jobs/" + url.PathEscape(id) + "/events/stream", Query: query, Header: header})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return cloud.ReadError(res, cli.UpgradeCommand(s.env))
	}
	if err := opened(); err != nil {
		return err
	}
	events := cloud.NewStream(audible{res.Body, watch})
	for {
		frame, err := events.Next()
		if err != nil {
			return fail(http.StatusBadGateway, "stream_broken", "The event stream broke off")
		}
		if frame.Event == "ping" {
			continue
		}
		if err := say.frame(frame.ID, frame.Event, frame.Data); err != nil {
			return err
		}
		*after = frame.ID
		if frame.Event == cloud.EventEnd {
			return nil
		}
	}
}

// audible puts off for each piece that is read when the other side counts as gone.
type audible struct {
	io.ReadCloser
	watch *time.Timer
}

func (a audible) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if n > 0 {
		a.watch.Reset(deaf)
	}
	return n, err
}

// followRun tells what a training prints behind a position.
func (s *Server) followRun(id, after string) source {
	return func(ctx context.Context, say voice) {
		t := s.runs.Find(id)
		if t == nil {
			_ = say.json("", "", standing{"refused", errNoRun.status, errNoRun})
			return
		}
		if say.json("", "", standing{State: "open"}) == nil {
			printed(t, after)(ctx, voice{say.name + ":", say.put})
		}
	}
}

// printed tells what a training printed behind a position, and how it ended.
func printed(t *runs.Training, after string) source {
	position, _ := strconv.ParseInt(after, 10, 64) // from the beginning without one
	return func(ctx context.Context, say voice) {
		for {
			part := t.Output.Text(position)
			position = part.Next
			id := strconv.FormatInt(position, 10)
			if part.Dropped > 0 && say.json("", "dropped", map[string]int64{"bytes": part.Dropped}) != nil {
				return
			}
			if len(part.Data) > 0 && say.json(id, "output", map[string]string{"text": string(part.Data)}) != nil {
				return
			}
			if part.Ended {
				<-t.Ended() // a moment later
				_ = say.json(id, "exit", map[string]any{"run": t.Run()})
				return
			}
			if len(part.Data) > 0 {
				continue
			}
			select {
			case <-part.Changed:
			case <-ctx.Done():
				return
			}
		}
	}
}
