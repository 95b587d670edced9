package server

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// silence is after how long a stream says something, so that both sides notice
// when the other is gone.
const silence = 15 * time.Second

// waiting is how many frames may wait for a reader, of all sources together.
const waiting = 16

// source tells of one thing until there is nothing more to tell, or until say
// returns an error: then nobody listens.
type source func(ctx context.Context, say voice)

// voice is how a source puts its frames into a stream.
type voice struct {
	name string // in front of the names of its events
	put  func(frame string) error
}

// frame says an event with data as it is. An id of "" leaves the reader's
// position as it is.
func (v voice) frame(id, event, data string) error {
	var b strings.Builder
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("event: " + v.name + event + "\n")
	for line := range strings.SplitSeq(data, "\n") {
		b.WriteString("data: " + line + "\n")
	}
	b.WriteByte('\n')
	return v.put(b.String())
}

// json says an event with data as JSON.
func (v voice) json(id, event string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return v.frame(id, event, string(text))
}

// merge answers with one event stream of several sources, by their names. Each
// waits on its own, so none that is slow or dead holds up another; a reader that
// is slow holds up all of them, and nothing piles up. It ends with the last
// source.
func (c *call) merge(sources map[string]source) error {
	ctx, stop := c.until()
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	c.status(http.StatusOK)
	control := http.NewResponseController(c.w)
	if control.Flush() != nil || c.Method == http.MethodHead {
		stop()
		return nil
	}
	frames := make(chan string, waiting)
	put := func(frame string) error {
		select {
		case frames <- frame:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	var telling sync.WaitGroup
	for name, tell := range sources {
		telling.Go(func() {
			defer c.survive(stop)
			tell(ctx, voice{name, put})
		})
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		telling.Wait()
	}()
	defer func() {
		stop()
		<-ended
	}()
	quiet := time.NewTicker(silence)
	defer quiet.Stop()
	for {
		var frame string
		select {
		case frame = <-frames:
		case <-quiet.C:
			frame = "event: ping\ndata: {}\n\n"
		case <-ended:
			select {
			case frame = <-frames: // its last words
			default:
				return nil
			}
		case <-ctx.Done():
			return nil
		}
		if _, err := c.w.Write([]byte(frame)); err != nil {
			return nil
		}
		if len(frames) > 0 {
			continue
		}
		if control.Flush() != nil {
			return nil
		}
	}
}

// survive ends a stream whose source panics, and only that.
func (c *call) survive(stop func()) {
	if reason := recover(); reason != nil {
		c.server.log.Error("panic", "path", c.URL.Path, "reason", reason, "stack", string(debug.Stack()))
		stop()
	}
}
