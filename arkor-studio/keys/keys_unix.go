//go:build unix

// Package keys listens to a person at a terminal, a key at a time.
package keys

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Listen calls pressed with each key that is pressed at the terminal on stdin,
// until ctx ends or restore is called, which puts the terminal back as it was.
// Restore may be called more than once. Ctrl-C and Ctrl-Z keep their meaning, and
// a program that is stopped or in the background leaves the terminal alone.
// Where stdin is no terminal nothing happens.
func Listen(ctx context.Context, stdin any, pressed func(key byte)) (restore func()) {
	file, ok := stdin.(*os.File)
	if !ok || !cli.IsTerminal(file) {
		return func() {}
	}
	woken, wake, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	t := &terminal{fd: int(file.Fd()), wake: int(woken.Fd()), pressed: pressed}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	ended := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() {
		defer woken.Close()
		t.read()
	})
	working.Go(func() {
		defer wake.Close() // the reader sees the end
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGTSTP {
					t.stop(true)
					t.leave()
					_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
					continue // SIGCONT comes next
				}
				t.stop(false)
				_, _ = wake.Write([]byte{0})
			case <-ctx.Done():
				return
			case <-ended:
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		close(ended)
		working.Wait()
		signal.Stop(signals)
		t.leave()
	})
}

// terminal is one that hands over single keys while it is ours.
type terminal struct {
	fd, wake int
	pressed  func(byte)

	mu      sync.Mutex
	was     *unix.Termios // how it was; nil while it is not ours
	stopped bool          // or about to be: what wakes the reader by then is no reason to enter
}

func (t *terminal) stop(stopped bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = stopped
}

// read waits for keys. It ends when the other end of the pipe is closed.
func (t *terminal) read() {
	for {
		var ready unix.FdSet
		ready.Set(t.wake)
		if t.enter() {
			ready.Set(t.fd)
		}
		if _, err := unix.Select(max(t.fd, t.wake)+1, &ready, nil, nil, nil); err != nil {
			if err == unix.EINTR {
				continue
			}
			return
		}
		if ready.IsSet(t.wake) {
			var said [8]byte
			if n, err := unix.Read(t.wake, said[:]); n == 0 || err != nil && err != unix.EINTR {
				t.leave()
				return
			}
			continue
		}
		key, gone := t.take()
		if gone {
			t.leave()
			return
		}
		if len(key) == 1 { // more at once are an arrow key, or pasted
			t.pressed(key[0])
		}
	}
}

// enter makes the terminal hand over keys as they are pressed, without showing
// them, if this program is the one that the terminal belongs to.
func (t *terminal) enter() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped || !t.inForeground() {
		return false
	}
	if t.was != nil {
		return true
	}
	was, err := unix.IoctlGetTermios(t.fd, getTermios)
	if err != nil {
		return false
	}
	now := *was
	now.Lflag &^= unix.ICANON | unix.ECHO
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 0, 0 // what was pressed may be gone again: Ctrl-Z takes it back
	now.Cc[unix.VQUIT] = 0                       // the one key that would end the program without a word
	if t.set(&now) != nil {
		return false
	}
	t.was = was
	return true
}

// take returns what was pressed, which may be nothing, and whether the terminal
// is gone. It does not wait: that could be for a whole line.
func (t *terminal) take() (key []byte, gone bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.was == nil {
		return nil, false
	}
	key = make([]byte, 64)
	n, err := unix.Read(t.fd, key)
	if n <= 0 && err != unix.EINTR && err != unix.EAGAIN {
		_, err := unix.IoctlGetTermios(t.fd, getTermios)
		return nil, err != nil
	}
	return key[:max(n, 0)], false
}

// leave puts the terminal back. Where it belongs to somebody else already, they
// have seen to that.
func (t *terminal) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.was != nil && t.inForeground() {
		_ = t.set(t.was)
	}
	t.was = nil
}

// set waits for what is being written, and a signal may cut that short.
func (t *terminal) set(termios *unix.Termios) error {
	for {
		if err := unix.IoctlSetTermios(t.fd, setTermios, termios); err != unix.EINTR {
			return err
		}
	}
}

func (t *terminal) inForeground() bool {
	group, err := unix.IoctlGetInt(t.fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
