// Package errands keeps what a server does on its own, rather than for one
// request, within the server's life: nothing of it goes on afterwards.
package errands

import (
	"context"
	"sync"
)

// Group is a number of errands. It is safe for concurrent use.
type Group struct {
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	ended bool
	all   sync.WaitGroup
}

// New returns a group without errands.
func New() *Group {
	g := new(Group)
	g.ctx, g.cancel = context.WithCancelCause(context.Background())
	return g
}

// Context is what errands work under. It ends with the group.
func (g *Group) Context() context.Context { return g.ctx }

// Go runs an errand, which has to end soon after Context does. One that comes
// after the end of the group finds that it has ended.
func (g *Group) Go(errand func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		go errand()
		return
	}
	g.all.Go(errand)
}

// End ends Context with a cause and waits for all errands.
func (g *Group) End(cause error) {
	g.mu.Lock()
	g.ended = true
	g.mu.Unlock()
	g.cancel(cause)
	g.all.Wait()
}
