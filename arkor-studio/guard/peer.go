package guard

import (
	"context"
	"net"
	"net/http"
	"sync"
)

type peerKey struct{}

// Connected is http.Server's ConnContext: it lets the guard ask the system, once
// for each connection that is used, whose its other end is.
func Connected(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, sync.OnceValue(func() bool { return foreign(conn) }))
}

func isForeign(r *http.Request) bool {
	ask, ok := r.Context().Value(peerKey{}).(func() bool)
	return ok && ask()
}
