//go:build unix

package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Keys calls pressed with each key that is pressed at the terminal on stdin,
// until ctx ends or restore is called, which puts the terminal back as it was.
// Restore may be called more than once. Ctrl-C and Ctrl-Z keep their meaning, and
// a program that is stopped or in the background leaves the terminal alone.
// Where stdin is no terminal nothing happens.
func Keys(ctx context.Context, stdin any, pressed func(key byte)) (restore func()) {
	file, ok := stdin.(*os.File)
	if !ok || !IsTerminal(file) {
		return func() {}
	}
	woken, wake, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	k := &keys{fd: int(file.Fd()), wake: int(woken.Fd()), pressed: pressed}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	ended := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() {
		defer woken.Close()
		k.read()
	})
	working.Go(func() {
		defer wake.Close() // the reader sees the end
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGTSTP {
					k.leave()
					_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
					continue // SIGCONT comes next
				}
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
		k.leave()
	})
}

// keys is a terminal that hands over single keys while it is ours.
type keys struct {
	fd, wake int
	pressed  func(byte)

	mu  sync.Mutex
	was *unix.Termios // how it was; nil while it is not ours
}

// read waits for keys. It ends when the other end of the pipe is closed.
func (k *keys) read() {
	for {
		var ready unix.FdSet
		ready.Set(k.wake)
		if k.enter() {
			ready.Set(k.fd)
		}
		if _, err := unix.Select(max(k.fd, k.wake)+1, &ready, nil, nil, nil); err != nil {
			if err == unix.EINTR {
				continue
			}
			return
		}
		if ready.IsSet(k.wake) {
			var said [8]byte
			if n, err := unix.Read(k.wake, said[:]); n == 0 || err != nil && err != unix.EINTR {
				k.leave()
				return
			}
			continue
		}
		var key [64]byte
		n, err := unix.Read(k.fd, key[:])
		if n == 0 || err != nil && err != unix.EINTR && err != unix.EAGAIN {
			k.leave() // the terminal is gone
			return
		}
		if n == 1 { // more at once are an arrow key, or pasted
			k.pressed(key[0])
		}
	}
}

// enter makes the terminal hand over keys as they are pressed, without showing
// them, if this program is the one that the terminal belongs to.
func (k *keys) enter() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.inForeground() {
		return false
	}
	if k.was != nil {
		return true
	}
	was, err := unix.IoctlGetTermios(k.fd, getTermios)
	if err != nil {
		return false
	}
	now := *was
	now.Lflag &^= unix.ICANON | unix.ECHO
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	now.Cc[unix.VQUIT] = 0 // the one key that would end the program without a word
	if unix.IoctlSetTermios(k.fd, setTermios, &now) != nil {
		return false
	}
	k.was = was
	return true
}

// leave puts the terminal back. Where it belongs to somebody else already, they
// have seen to that.
func (k *keys) leave() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.was != nil && k.inForeground() {
		_ = unix.IoctlSetTermios(k.fd, setTermios, k.was)
	}
	k.was = nil
}

func (k *keys) inForeground() bool {
	group, err := unix.IoctlGetInt(k.fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
