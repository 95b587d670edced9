package inference

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

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
