package api

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// eventStream writes server-sent events; every write is on the wire when it
// returns, and a client that takes nothing for a while is given up.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	patient time.Duration
}

func (s *server) openStream(c *call) *eventStream {
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	c.w.WriteHeader(http.StatusOK)
	return &eventStream{c.w, http.NewResponseController(c.w), s.Write}
}

func (e *eventStream) send(format string, args ...any) error {
	if err := e.control.SetWriteDeadline(time.Now().Add(e.patient)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(e.w, format, args...); err != nil {
		return err
	}
	return e.control.Flush()
}

// close leaves the connection as the next request on it expects it.
func (e *eventStream) close() { _ = e.control.SetWriteDeadline(time.Time{}) }

// eventsAtOnce is how many events are sent at a time.
const eventsAtOnce = 256

// events replays a job's stored events behind Last-Event-ID, follows it live
// and says how it ended. What it sends was stored first, so that a client may
// leave and come back anywhere.
func (s *server) events(c *call) error {
	job, err := s.find(c)
	var missing *failure
	if errors.As(err, &missing) {
		if gone, err := s.Store.DeletedFrom(c.Context(), c.project.ID, c.PathValue("id")); err == nil && gone {
			return fail(http.StatusGone, "job_deleted", "the job was deleted")
		}
	}
	if err != nil {
		return err
	}
	follower := s.Store.Follow(job.ID)
	defer follower.Stop()
	after := position(c.Header.Get("Last-Event-ID"), job)
	stream := s.openStream(c)
	defer stream.close()
	if err := stream.control.Flush(); err != nil || c.Method == http.MethodHead {
		return nil
	}
	silence := time.NewTimer(s.Ping)
	defer silence.Stop()
	var frames bytes.Buffer
	for {
		events, last, status, err := follower.After(c.Context(), after, eventsAtOnce)
		if err != nil {
			return s.broken(err)
		}
		if len(events) > 0 {
			frames.Reset()
			for _, e := range events {
				fmt.Fprintf(&frames, "id: %d\nevent: %s\ndata: %s\n\n", e.ID, e.Type, e.Data)
				after = e.ID
			}
			if err := stream.send("%s", frames.Bytes()); err != nil {
				return nil
			}
			silence.Reset(s.Ping)
		}
		if after < last {
			continue
		}
		if status.Terminal() {
			_ = stream.send("id: %d\nevent: %s\ndata: {\"status\":%q}\n\n", last+1, cloud.EventEnd, status)
			return nil
		}
		select {
		case <-follower.Changed:
		case <-silence.C:
			if err := stream.send("event: %s\ndata:\n\n", cloud.EventPing); err != nil {
				return nil
			}
			silence.Reset(s.Ping)
		case <-c.Context().Done():
			return nil
		case <-s.Leaving:
			return nil // without an end: the client comes back to the next backend
		}
	}
}

// broken ends a stream that began: the client comes back and asks again.
func (s *server) broken(err error) error {
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.Log.Error("read events", "error", err)
	}
	panic(http.ErrAbortHandler)
}

// position is the id of the last event that the client has. An id that this
// job never gave out is no position: the stream begins at the start.
func position(lastID string, job store.Job) int64 {
	id, err := strconv.ParseInt(lastID, 10, 64)
	switch {
	case err != nil || id < 0 || strconv.FormatInt(id, 10) != lastID:
		return 0
	case id <= job.LastEvent:
		return id
	case job.Status.Terminal():
		return job.LastEvent
	}
	return 0
}
