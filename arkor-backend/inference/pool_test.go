package inference

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

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

// A request that is still finding out what its model needs starts no worker,
// which nobody would stop.
func TestNothingStartsAfterClose(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	p := newPool(t, Options{Grace: time.Millisecond, Needs: func(context.Context, string) int64 {
		close(asked)
		<-release
		return 1
	}})
	late := p.ask("m", "a", "hi")
	within(t, "the question", asked)
	p.Close()
	close(release)
	late.fails("the backend is stopping")
	if pid := p.pid("m"); pid != 0 {
		t.Errorf("process %d was started", pid)
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
