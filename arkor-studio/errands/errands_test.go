package errands

import (
	"context"
	"errors"
	"testing"
)

func TestEndWaits(t *testing.T) {
	t.Parallel()
	g := New()
	var ended bool
	g.Go(func() {
		<-g.Context().Done()
		ended = true
	})
	cause := errors.New("the server ends")
	g.End(cause)
	if !ended {
		t.Error("an errand goes on")
	}
	late := make(chan error)
	g.Go(func() { late <- context.Cause(g.Context()) })
	if err := <-late; err != cause {
		t.Errorf("a late errand is told %v", err)
	}
}
