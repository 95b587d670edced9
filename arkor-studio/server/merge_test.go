package server

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// B1, B4: a stream that has nothing to tell says so every 15 seconds, whatever
// it is of, and ends with its reader.
func TestQuietStreamsPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		answer := httptest.NewRecorder()
		c := &call{Request: httptest.NewRequestWithContext(ctx, "GET", "/api/stream", nil), w: answer, server: &Server{leaving: t.Context()}}
		ended := make(chan error)
		go func() {
			ended <- c.merge(map[string]source{"": func(ctx context.Context, _ voice) { <-ctx.Done() }})
		}()
		time.Sleep(46 * time.Second)
		leave()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if got, want := answer.Body.String(), strings.Repeat("event: ping\ndata: {}\n\n", 3); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
