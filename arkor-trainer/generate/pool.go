package generate

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// pool is a bounded set of goroutines that help with large products. A caller
// always works itself and takes help only from goroutines that are idle, so any
// number of callers makes progress and none waits for another's work.
type pool struct {
	idle    chan *job
	helpers sync.WaitGroup
	size    int
}

// newPool starts helpers; with none, all work is done by its callers.
func newPool(helpers int) *pool {
	p := &pool{idle: make(chan *job), size: helpers}
	for range helpers {
		p.helpers.Go(func() {
			for j := range p.idle {
				j.work()
			}
		})
	}
	return p
}

// close ends the helpers and waits for them. No run may be in progress.
func (p *pool) close() {
	close(p.idle)
	p.helpers.Wait()
}

// task is work that falls into independent chunks.
type task interface{ chunk(i int) }

// job hands out the chunks of one task after another. It belongs to one caller
// and is used again, so that a run allocates nothing.
//
// A helper may look at a job long after its task is done. It then finds left
// negative and touches nothing else; the fields below are written only while
// left is not positive and no chunk is running.
type job struct {
	left    atomic.Int64 // chunks not yet taken
	running atomic.Int64 // chunks not yet finished
	task    task
	done    chan struct{} // one token, from whoever finishes the last chunk
	failure atomic.Pointer[failure]
}

type failure struct {
	value any
	stack []byte
}

func newJob() *job { return &job{done: make(chan struct{}, 1)} }

// run does all chunks of t, with as many idle helpers as there are. A panic in
// a helper becomes a panic of the caller.
func (p *pool) run(j *job, t task, chunks int) {
	if chunks <= 1 || p.size == 0 {
		for i := range chunks {
			t.chunk(i)
		}
		return
	}
	j.task = t
	j.running.Store(int64(chunks))
	j.left.Store(int64(chunks))
	for range min(p.size, chunks-1) {
		select {
		case p.idle <- j:
			continue
		default:
		}
		break
	}
	j.work()
	<-j.done
	if f := j.failure.Swap(nil); f != nil {
		panic(fmt.Sprintf("%v\n%s", f.value, f.stack))
	}
}

// work does chunks until none is left.
func (j *job) work() {
	for {
		i := j.left.Add(-1)
		if i < 0 {
			return
		}
		j.guarded(int(i))
		if j.running.Add(-1) == 0 {
			j.done <- struct{}{}
		}
	}
}

func (j *job) guarded(i int) {
	defer func() {
		if value := recover(); value != nil {
			j.failure.CompareAndSwap(nil, &failure{value, debug.Stack()})
		}
	}()
	j.task.chunk(i)
}
