// Package filelock keeps processes from doing the same thing at the same time.
package filelock

import (
	"context"
	"fmt"
	"os"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Lock takes the lock at path, which it makes with mode 0600, and waits for
// whoever has it; the end of ctx ends the wait. The lock goes with its process,
// however that ends. unlock may be called once.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	if ctx.Err() != nil { // who is over leaves no file behind
		return nil, context.Cause(ctx)
	}
	type outcome struct {
		file *lockedfile.File
		err  error
	}
	got := make(chan outcome, 1)
	// What came with somebody else's repository must not lead out of it.
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	go func() {
		file, err := lockedfile.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		got <- outcome{file, err}
	}()
	select {
	case o := <-got:
		if o.err != nil {
			return nil, o.err
		}
		return func() { o.file.Close() }, nil
	case <-ctx.Done():
		// The system call cannot be called back; it gives up what it gets.
		go func() {
			if o := <-got; o.err == nil {
				o.file.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}
