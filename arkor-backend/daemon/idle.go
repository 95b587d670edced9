package daemon

import (
	"context"
	"time"
)

// idle reports whether no job runs or waits, and no request is being served.
func (d *Daemon) idle() bool {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	running, queued, err := d.store.Active(ctx)
	return err == nil && running+queued == 0 && !d.activity.serving()
}

// deliverySoon is how long a message that is to be sent keeps the daemon. What
// a receiver does not take for longer waits for the next daemon.
const deliverySoon = 30 * time.Minute

func (d *Daemon) deliversSoon() bool {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	at, ok, err := d.store.NextDelivery(ctx)
	return err != nil || ok && time.Until(at) <= deliverySoon
}

// watchIdle ends the daemon when it was not needed for a while.
func (d *Daemon) watchIdle(ctx context.Context) {
	timer := time.NewTimer(d.o.Idle)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.leaving:
			return
		case <-timer.C:
		}
		rest := d.o.Idle - d.activity.quiet()
		if rest <= 0 {
			if d.idle() && !d.deliversSoon() && !d.publishes() {
				d.o.Log.Info("nobody needs the backend; it leaves", "idle", d.o.Idle)
				d.leave()
				return
			}
			rest = d.o.Idle // something runs: its end begins a new wait
			d.activity.touch()
		}
		timer.Reset(rest)
	}
}
