package cli

import (
	"context"
	"time"
)

// Linger returns a context that outlives ctx for so long, and then ends with the
// cause of ctx: for what is worse left half done. Where ctx has ended already,
// nothing was begun, and it has ended too. The caller calls done.
func Linger(ctx context.Context, long time.Duration) (lingering context.Context, done func()) {
	if ctx.Err() != nil {
		return ctx, func() {}
	}
	lingering, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(long, func() { cancel(context.Cause(ctx)) })
	})
	return lingering, func() {
		stop()
		cancel(nil)
	}
}
