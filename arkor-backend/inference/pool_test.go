package inference

import (
	"context"
	"errors"
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

// Several adapters and the model as it is are answered by one process.
func TestAdaptersShareAProcess(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{})
	pids := map[int]bool{}
	for _, adapter := range []string{"", t.TempDir(), t.TempDir()} {
		if _, err := p.Generate(t.Context(), "m", Request{Adapter: adapter, Messages: []Message{{Role: "user", Content: "hi"}}}, func(Delta) error { return nil }); err != nil {
			t.Fatal(err)
		}
		pids[p.pid("m")] = true
	}
	if len(pids) != 1 || pids[0] {
		t.Errorf("processes %v", pids)
	}
}

// A caller with many requests does not keep another one waiting.
func TestRequestsTakeTurns(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{MaxActive: 1})
	running := p.ask("m", "busy", "hang").begun()
	var order []string
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, name := range []string{"busy 1", "busy 2", "busy 3", "other 1", "other 2"} {
		all.Go(func() {
			caller, _, _ := strings.Cut(name, " ")
			_, err := p.Generate(context.Background(), "m", Request{Caller: caller, Messages: []Message{{Role: "user", Content: "x"}}}, func(Delta) error {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, name)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		p.queued(i + 1)
	}
	running.leave()
	all.Wait()
	if got := strings.Join(order, ", "); got != "busy 1, other 1, busy 2, other 2, busy 3" {
		t.Errorf("served in the order %s", got)
	}
}

func TestLineHasALimit(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{MaxActive: 1, MaxWaiting: 1})
	p.ask("m", "a", "hang").begun()
	waits := p.ask("m", "a", "first")
	p.queued(1)
	if err := p.ask("m", "a", "second").fails("too many chats at once"); !errors.Is(err, ErrBusy) {
		t.Errorf("%v is not ErrBusy", err)
	}
	waits.leave() // while it is in the line
	waits.fails("context canceled")
	p.queued(0)
}

func TestWaitingHasADeadline(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{MaxActive: 1, Wait: time.Millisecond})
	p.ask("m", "a", "hang").begun()
	if err := p.ask("m", "b", "hi").fails("not this chat's turn within 1ms"); !errors.Is(err, ErrBusy) {
		t.Errorf("%v is not ErrBusy", err)
	}
	p.queued(0)
}

// A client may go away while the model is being loaded.
func TestLeavingWhileLoading(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Grace: time.Second})
	a := p.ask("stuck", "a", "hi")
	p.until("the worker", func() bool { return p.workers["stuck"] != nil })
	a.leave()
	a.fails("context canceled")
	p.until("an unused worker", func() bool { return p.workers["stuck"].active == 0 })
}

func TestLoadingHasADeadline(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Start: time.Millisecond, Grace: time.Second})
	p.ask("stuck", "a", "hi").fails("not loaded within 1ms")
	p.until("the end of the worker", func() bool { return len(p.workers) == 0 })
}

// When all models are in use, one takes no more requests until it can make room.
func TestBusyModelsMakeRoom(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{MaxModels: 1})
	running := p.ask("one", "a", "hang").begun()
	other := p.ask("two", "b", "other")
	p.queued(1)
	late := p.ask("one", "a", "late")
	p.queued(2)
	running.leave()
	other.says("other")
	late.says("late")
	p.until("one model", func() bool { return len(p.workers) == 1 })
}

// A worker that dies ends the answers that it was writing, and nothing else.
func TestWorkerDies(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{})
	first, second := p.ask("m", "a", "hang").begun(), p.ask("m", "b", "hang").begun()
	elsewhere := p.ask("other", "b", "hang").begun()
	p.ask("m", "c", "die").fails("the process that holds the model died")
	first.fails("died")
	second.fails("died")
	p.ask("m", "a", "still there?").says("still there?")
	if isClosed(elsewhere.done) {
		t.Error("an answer of another model ended")
	}
}

func TestWorkerPrintsGarbage(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{})
	p.ask("m", "a", "noise").says("still here")
	p.ask("m", "a", "overlong").fails("died")
	p.ask("m", "a", "next").says("next")
}

// A worker that says nothing for a while is replaced; whoever else it was
// answering is told.
func TestWorkerHangs(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Stall: 3 * time.Second})
	p.ask("m", "a", "hi").says("hi")
	pid := p.pid("m")
	mute := p.ask("m", "a", "mute")
	other := p.ask("m", "b", "hang").begun()
	mute.fails("did not answer for 3s")
	other.fails("did not answer for 3s")
	p.ask("m", "a", "next").says("next")
	if p.pid("m") == pid {
		t.Error("the worker was not replaced")
	}
}

// A worker that takes nothing does not hold up those who send.
func TestWorkerReadsNothing(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Stall: 3 * time.Second})
	p.ask("m", "a", "deaf").begun()
	var all []*asking
	for range 3 {
		all = append(all, p.ask("m", "b", strings.Repeat("x ", 1<<20)))
	}
	for _, a := range all {
		a.fails("the process that holds the model")
	}
	p.ask("m", "a", "next").says("next")
}

// A client that does not take its answer is given up; others do not notice.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{})
	blocked, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		begun := sync.OnceFunc(func() { close(blocked) })
		_, err := p.Generate(context.Background(), "m", Request{Messages: []Message{{Role: "user", Content: "flood"}}}, func(Delta) error {
			begun()
			<-release
			return nil
		})
		done <- err
	}()
	within(t, "the flood", blocked)
	p.ask("m", "b", "quick").says("quick")
	close(release)
	select {
	case err := <-done:
		if !errors.Is(err, errSlow) {
			t.Errorf("got %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the slow client is still served")
	}
}

// fixedMemory is a machine of a given size, and what workers take of it.
type fixedMemory struct {
	mu          sync.Mutex
	total, free int64
	takes       int64
}

func (m *fixedMemory) Free() (total, free int64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.total, m.free, true
}

func (m *fixedMemory) Resident(int) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.takes
}

func (m *fixedMemory) set(free int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = free
}

const gigabyte = 1 << 30

func TestModelTooLarge(t *testing.T) {
	t.Parallel()
	memory := &fixedMemory{total: 16 * gigabyte, free: 8 * gigabyte}
	p := newPool(t, Options{Memory: memory, Needs: func(_ context.Context, model string) int64 {
		return map[string]int64{"huge": 20 * gigabyte, "large": 10 * gigabyte, "small": gigabyte}[model]
	}})
	var refused *Error
	if err := p.ask("huge", "a", "hi").fails("huge needs about 20.0 GB of memory, more than this machine has"); !errors.As(err, &refused) || refused.Code != "model_too_large" {
		t.Errorf("got %v", err)
	}
	if err := p.ask("large", "a", "hi").fails("large needs about 10.0 GB of memory and 7.0 GB are free"); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	p.ask("small", "a", "hi").says("hi")
	p.ask("unknown", "a", "hi").says("hi")
	memory.set(15 * gigabyte)
	p.ask("large", "a", "hi").says("hi")
}

// A model that nobody uses gives way to one that needs its memory.
func TestMemoryMakesRoom(t *testing.T) {
	t.Parallel()
	memory := &fixedMemory{total: 16 * gigabyte, free: 5 * gigabyte, takes: 4 * gigabyte}
	p := newPool(t, Options{MaxModels: 8, Memory: memory, Needs: func(context.Context, string) int64 { return 4 * gigabyte }})
	running := p.ask("one", "a", "hang").begun()
	memory.set(gigabyte)
	other := p.ask("two", "b", "hi")
	p.queued(1)
	running.leave()
	other.says("hi")
	p.until("the end of the first model", func() bool { return len(p.workers) == 1 })
	if p.pid("two") == 0 {
		t.Error("the second model is not there")
	}
}

// While memory is short no model is kept that nobody uses.
func TestIdleModelsLeaveWhenMemoryIsShort(t *testing.T) {
	t.Parallel()
	memory := &fixedMemory{total: 16 * gigabyte, free: 8 * gigabyte}
	p := newPool(t, Options{Memory: memory, Patrol: time.Millisecond})
	p.ask("m", "a", "hi").says("hi")
	running := p.ask("busy", "a", "hang").begun()
	memory.set(gigabyte / 2)
	p.until("room", func() bool { return len(p.workers) == 1 })
	if isClosed(running.done) || p.pid("busy") == 0 {
		t.Error("a model that is in use was dropped")
	}
}

// What is in progress ends with an error, what waits is refused, and no process
// is left.
func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{MaxActive: 1})
	running := p.ask("m", "a", "hang").begun()
	loading := p.ask("stuck", "a", "hi")
	p.until("the second worker", func() bool { return len(p.workers) == 2 })
	queued := p.ask("m", "b", "hi")
	p.queued(1)
	var workers []*worker
	p.mu.Lock()
	for _, w := range p.workers {
		workers = append(workers, w)
	}
	p.mu.Unlock()
	p.Close()
	for _, a := range []*asking{running, loading, queued, p.ask("m", "a", "too late")} {
		if err := a.fails("the backend is stopping"); !errors.Is(err, ErrBusy) {
			t.Errorf("%v is not ErrBusy", err)
		}
	}
	for _, w := range workers {
		if !isClosed(w.gone) || w.cmd.ProcessState == nil {
			t.Error("a worker is still there")
		}
	}
}

// An answer that is nearly there is completed.
func TestCloseLetsAnswersFinish(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Finish: patience})
	begun, release := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		first := sync.OnceFunc(func() { close(begun) })
		_, err := p.Generate(context.Background(), "m", Request{Messages: []Message{{Role: "user", Content: "one two"}}}, func(Delta) error {
			first()
			<-release
			return nil
		})
		done <- err
	}()
	within(t, "the first piece", begun)
	closed := make(chan struct{})
	go func() { defer close(closed); p.Close() }()
	p.until("the end", func() bool { return p.closed })
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	within(t, "the end of the pool", closed)
}
