// Package daemon puts the backend together: a data folder, the API on a
// listener, the queue behind it, and the rules of starting and leaving.
package daemon

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/api"
	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/dataset"
	"github.com/arkorlab/arkor-go/arkor-backend/engine/local"
	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/arkor-backend/inference"
	"github.com/arkorlab/arkor-go/arkor-backend/outbound"
	"github.com/arkorlab/arkor-go/arkor-backend/queue"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/arkor-backend/usage"
	"github.com/arkorlab/arkor-go/arkor-backend/webhook"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// Options of a daemon. Zero values mean what is said beside them.
type Options struct {
	Env              cli.Env
	Home             Home
	Listen           string        // address, with port 0 for a free one
	Idle             time.Duration // leave after this time without work; 0 never
	AllowPrivateURLs bool
	MinClient        string
	Anonymous        bool               // anybody gets an anonymous identity
	Provider         *identity.Provider // who signs in there may use the backend; nil: nobody
	MaxDatasetBytes  int64              // 0 means 1 GiB
	Running          int                // trainings at once; 0 means 1
	Queue            store.QueueLimits
	Ping             time.Duration // 0 means 15 s
	Body             time.Duration // what a body may take to arrive; 0 means a minute
	Write            time.Duration // what a client may take to read what it is sent; 0 means 30 s
	Grace            time.Duration // what a worker gets to save and stop; 0 means 30 s
	Chat             inference.Options
	Address          api.Address // of endpoints
	Connections      int         // 0 means as many as there are files for
	Log              *slog.Logger
}

const (
	defaultDatasetBytes = 1 << 30
	defaultPing         = 15 * time.Second
	defaultGrace        = 30 * time.Second
	defaultBody         = time.Minute
	defaultWrite        = 30 * time.Second
	drainTimeout        = 5 * time.Second
)

// Daemon is a running backend.
type Daemon struct {
	o        Options
	info     Info
	lock     *os.File
	store    *store.Store
	queue    *queue.Queue
	courier  *webhook.Courier
	pool     *inference.Pool
	usage    *usage.Log
	listener *connections
	server   *http.Server
	leaving  chan struct{} // closed when the daemon begins to leave
	leave    func()
	activity *activity
}

// Open takes the data folder and the address. ErrRunning: another backend has
// the folder.
func Open(ctx context.Context, o Options) (_ *Daemon, err error) {
	o.Running = cmp.Or(o.Running, 1)
	o.MaxDatasetBytes = cmp.Or(o.MaxDatasetBytes, defaultDatasetBytes)
	o.Ping = cmp.Or(o.Ping, defaultPing)
	o.Body = cmp.Or(o.Body, defaultBody)
	o.Write = cmp.Or(o.Write, defaultWrite)
	o.Grace = cmp.Or(o.Grace, defaultGrace)
	o.Chat.Env = o.Env
	d := &Daemon{o: o, leaving: make(chan struct{}), activity: newActivity()}
	d.leave = sync.OnceFunc(func() { close(d.leaving) })
	defer func() {
		if err != nil {
			d.release()
		}
	}()
	if d.lock, err = o.Home.lock(); err != nil {
		return nil, err
	}
	token, err := o.Home.ownerToken()
	if err != nil {
		return nil, err
	}
	if d.store, err = store.Open(ctx, o.Home.database()); err != nil {
		return nil, err
	}
	callers, err := identity.New(ctx, identity.Options{
		Store: d.store, OwnerToken: token, Anonymous: o.Anonymous, Provider: o.Provider, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	blobs, err := blob.Open(o.Home.blobs())
	if err != nil {
		return nil, err
	}
	listener, err := o.Home.listen(ctx, o.Listen, o.Log)
	if err != nil {
		return nil, err
	}
	d.listener = newConnections(listener, cmp.Or(o.Connections, connectionLimit()))
	d.clean(ctx, blobs)
	trainer := local.New(o.Env, o.Grace)
	fetcher := &dataset.Fetcher{Blobs: blobs, MaxBytes: o.MaxDatasetBytes, Rules: outbound.Rules{AllowPrivate: o.AllowPrivateURLs}}
	// Where nobody but the owner of the machine can name an address, all of them
	// are theirs to name.
	receivers := outbound.Rules{AllowPrivate: o.AllowPrivateURLs || !o.Anonymous && o.Provider == nil}
	d.courier = webhook.New(d.store, receivers, o.Log)
	d.queue = queue.New(queue.Options{
		Store: d.store, Blobs: blobs, Engine: trainer, Fetcher: fetcher, Dir: o.Home.jobs(), Running: o.Running, Ended: d.courier.Wake, Log: o.Log,
	})
	o.Chat.Needs = func(ctx context.Context, model string) int64 { return modelMemory(ctx, trainer, model) }
	d.pool = inference.New(o.Chat)
	d.usage = usage.New(d.store, o.Log)
	d.server = &http.Server{
		Handler: d.listener.bodies(d.activity.watch(api.New(api.Options{
			Store: d.store, Blobs: blobs, Queue: d.queue, Engine: trainer, Pool: d.pool, Usage: d.usage, Fetcher: fetcher,
			Receivers: receivers, Uploads: &dataset.Uploads{Store: d.store, Blobs: blobs, MaxBytes: o.MaxDatasetBytes},
			Limits: o.Queue, JobsDir: o.Home.jobs(), AdaptersDir: o.Home.adapters(),
			Version: cli.Version(), MinClient: o.MinClient, Identity: callers, Loopback: d.Loopback(), Address: o.Address,
			Ping: o.Ping, Body: o.Body, Write: o.Write, Leaving: d.leaving, Stop: d.stop, Log: o.Log,
		}))),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ConnState: d.listener.watch, ConnContext: d.listener.know,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	d.info = Info{URL: "http://" + d.listener.Addr().String(), PID: os.Getpid(), Version: cli.Version()}
	return d, nil
}

// Info says where the daemon is.
func (d *Daemon) Info() Info { return d.info }

// Loopback reports whether only this machine can reach the daemon.
func (d *Daemon) Loopback() bool {
	address, err := netip.ParseAddrPort(d.listener.Addr().String())
	return err == nil && address.Addr().Unmap().IsLoopback()
}

// Run serves until ctx ends, a client asks for the end, or nobody needed the
// daemon for a while. Workers get the time to save a checkpoint; their jobs go
// on with the next daemon.
func (d *Daemon) Run(ctx context.Context) error {
	defer d.release()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := d.o.Home.writeInfo(d.info); err != nil {
		return err
	}
	defer d.o.Home.removeInfo()

	var parts sync.WaitGroup
	failed := make(chan error, 1)
	parts.Go(func() { d.queue.Run(ctx) })
	parts.Go(func() { d.courier.Run(ctx) })
	parts.Go(func() { d.usage.Run(ctx) })
	parts.Go(func() {
		if err := d.server.Serve(d.listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	})
	if d.o.Idle > 0 {
		parts.Go(func() { d.watchIdle(ctx) })
	}
	var err error
	select {
	case <-ctx.Done():
	case <-d.leaving:
	case err = <-failed:
	}
	d.leave()              // event streams end; their clients come back
	cancel()               // workers save and stop
	parts.Go(d.pool.Close) // answers end, so that their requests do
	drain, stop := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer stop()
	if d.server.Shutdown(drain) != nil {
		d.server.Close()
	}
	parts.Wait()
	d.usage.Flush(ctx)
	return err
}

func (d *Daemon) release() {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.listener != nil {
		d.listener.Close()
	}
	if d.store != nil {
		if err := d.store.Close(); err != nil {
			d.o.Log.Error("close the database", "error", err)
		}
	}
	if d.lock != nil {
		d.lock.Close()
	}
}

// stop is what a client may ask for.
func (d *Daemon) stop(onlyIdle bool) bool {
	if onlyIdle && !d.idle() {
		return false
	}
	d.leave()
	return true
}

// publishes reports whether endpoints are enabled: whoever calls them cannot
// start the daemon again.
func (d *Daemon) publishes() bool {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	enabled, err := d.store.Publishes(ctx)
	return enabled || err != nil
}
