package errands

import "testing"

func TestEndWaits(t *testing.T) {
	t.Parallel()
	g := New()
	var ended bool
	g.Go(func() {
		<-g.Context().Done()
		ended = true
	})
	g.End()
	if !ended {
		t.Error("an errand goes on")
	}
	late := make(chan error)
	g.Go(func() { late <- g.Context().Err() })
	if <-late == nil {
		t.Error("an errand begins after the end")
	}
}
