package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// adapters keeps the adapters that were used last. Each folder is read once,
// also when many requests ask for it at the same time, and again after its
// files changed.
type adapters struct {
	model  string
	config model.Config
	limit  int

	mu     sync.Mutex
	recent []*loaded // the last used first
}

type loaded struct {
	dir     string
	files   stamp
	done    chan struct{} // closed once the rest is set
	adapter *generate.Adapter
	err     error
}

// stamp changes when one of the two files of an adapter does.
type stamp [2]struct {
	size int64
	time time.Time
}

func stampOf(dir string) (s stamp, err error) {
	for i, name := range []string{"adapter_config.json", "adapter_model.safetensors"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return s, err
		}
		s[i].size, s[i].time = info.Size(), info.ModTime()
	}
	return s, nil
}

// get returns the adapter in dir.
func (a *adapters) get(ctx context.Context, dir string) (*generate.Adapter, error) {
	files, err := stampOf(dir)
	if err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	l, mine := a.find(dir, files)
	if mine {
		a.load(l)
	}
	select {
	case <-l.done:
		return l.adapter, l.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// find returns the entry of dir as its files are now, and whether it is new and
// the caller has to load it.
func (a *adapters) find(dir string, files stamp) (l *loaded, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, l := range a.recent {
		if l.dir == dir && l.files == files {
			copy(a.recent[1:i+1], a.recent[:i])
			a.recent[0] = l
			return l, false
		}
	}
	l = &loaded{dir: dir, files: files, done: make(chan struct{}), err: errors.New("adapter: loading it met an internal error")}
	a.forget(dir)
	a.recent = append([]*loaded{l}, a.recent[:min(len(a.recent), a.limit-1)]...)
	return l, true
}

// load reads the adapter of an entry. An entry that failed is not kept.
func (a *adapters) load(l *loaded) {
	defer close(l.done)
	l.adapter, l.err = generate.LoadAdapter(os.DirFS(l.dir), a.config)
	if l.err == nil {
		l.err = a.checkBase(l.adapter.Base())
	}
	if l.err != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.forget(l.dir)
	}
}

// checkBase refuses an adapter of another model whose shapes happen to fit.
// Folders may move, so only names are compared.
func (a *adapters) checkBase(base string) error {
	if base == "" || base == a.model || filepath.IsAbs(base) || filepath.IsAbs(a.model) {
		return nil
	}
	return fmt.Errorf("the adapter was trained on %s and does not fit %s", base, a.model)
}

// forget drops the entry of dir; a.mu is held.
func (a *adapters) forget(dir string) {
	for i, l := range a.recent {
		if l.dir == dir {
			a.recent = append(a.recent[:i:i], a.recent[i+1:]...)
			return
		}
	}
}
