package inference

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func TestMain(m *testing.M) {
	if fakeworker.IsWorker() {
		os.Exit(fakeworker.Main())
	}
	os.Exit(m.Run())
}

const patience = 20 * time.Second

type testPool struct {
	*Pool
	t testing.TB
}

func newPool(t testing.TB, o Options) *testPool {
	t.Helper()
	bin := fakeworker.Install(t)
	o.Env = cli.Env{Program: filepath.Join(bin, "arkor-backend"), Environ: append(append(o.Env.Environ, os.Environ()...), "PATH="+bin)}
	if o.Finish == 0 {
		o.Finish = time.Millisecond
	}
	p := &testPool{New(o), t}
	t.Cleanup(p.Close)
	return p
}

// asking is a request on its way.
type asking struct {
	t     testing.TB
	first chan struct{} // closed when a piece is there
	done  chan struct{}
	leave context.CancelFunc
	text  strings.Builder
	err   error
}

func (p *testPool) ask(model, caller, text string) *asking {
	ctx, cancel := context.WithCancel(context.Background())
	a := &asking{t: p.t, first: make(chan struct{}), done: make(chan struct{}), leave: cancel}
	go func() {
		defer close(a.done)
		begun := sync.OnceFunc(func() { close(a.first) })
		_, a.err = p.Generate(ctx, model, Request{Caller: caller, Messages: []Message{{Role: "user", Content: text}}}, func(piece Delta) error {
			a.text.WriteString(piece.Text)
			begun()
			return nil
		})
	}()
	p.t.Cleanup(func() { cancel(); <-a.done })
	return a
}

func within(t testing.TB, what string, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(patience):
		t.Fatalf("%s did not happen", what)
	}
}

func (a *asking) begun() *asking {
	a.t.Helper()
	within(a.t, "the first piece", a.first)
	return a
}

// says waits for the whole answer.
func (a *asking) says(want string) {
	a.t.Helper()
	within(a.t, "the end of the answer", a.done)
	if a.err != nil || a.text.String() != want {
		a.t.Fatalf("got %q, %v; want %q", a.text.String(), a.err, want)
	}
}

// fails waits for the answer to fail with an error that holds want.
func (a *asking) fails(want string) error {
	a.t.Helper()
	within(a.t, "the end of the answer", a.done)
	if a.err == nil || !strings.Contains(a.err.Error(), want) {
		a.t.Fatalf("got %q, %v; want %q", a.text.String(), a.err, want)
	}
	return a.err
}

// queued waits until so many requests are in the line.
func (p *testPool) queued(n int) {
	p.t.Helper()
	p.until("the line", func() bool { return p.line.waiting == n })
}

// until waits for a state of the pool.
func (p *testPool) until(what string, reached func() bool) {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		p.mu.Lock()
		ok := reached()
		p.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-deadline:
			p.t.Fatalf("%s did not come to be", what)
		case <-time.After(time.Millisecond):
		}
	}
}

func (p *testPool) pid(model string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.workers[model]; w != nil {
		return w.cmd.Process.Pid
	}
	return 0
}
