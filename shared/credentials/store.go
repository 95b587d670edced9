package credentials

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/filelock"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// maxFile bounds what is read of the file.
const maxFile = 1 << 20

// Store is the credentials file of one user.
type Store struct {
	path   string
	stderr io.Writer
}

// Open returns the store in the home of env's user. It reads nothing.
func Open(env cli.Env) (Store, error) {
	home, err := env.Home()
	if err != nil {
		return Store{}, err
	}
	return Store{path: filepath.Join(home, ".arkor", "credentials.json"), stderr: env.Stderr}, nil
}

// Path returns where the file is, or would be.
func (s Store) Path() string { return s.path }

// Exists reports whether something is there, readable or not.
func (s Store) Exists() bool {
	_, err := os.Stat(s.path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Peek returns what is stored, and touches and says nothing. Errors are
// ErrSignedOut, ErrUnusable, or those of reading: then the file may hold a good
// session and must not be overwritten.
func (s Store) Peek() (Credentials, error) {
	data, err := wholefile.Read(s.path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Credentials{}, ErrSignedOut
	}
	if err != nil {
		return Credentials{}, unreadable(err)
	}
	return decode(s.path, data)
}

func unreadable(err error) error {
	err = fmt.Errorf("read credentials: %w", err)
	return cli.Hint(err, "make the file readable for you, or move it away and sign in again")
}

// Load is Peek for the command that a person runs: a file that others can read
// is made private, and a corrupt one is mentioned.
func (s Store) Load() (Credentials, error) {
	s.tighten()
	c, err := s.Peek()
	var corrupt *CorruptError
	if errors.As(err, &corrupt) {
		s.warn("%s could not be parsed; nobody counts as signed in", s.path)
	}
	return c, err
}

// tighten takes the file away from other users of the machine.
func (s Store) tighten() {
	info, err := os.Stat(s.path)
	if runtime.GOOS == "windows" || err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&^0o600 == 0 {
		return
	}
	if err := os.Chmod(s.path, 0o600); err != nil {
		s.warn("could not set permissions on %s: %v", s.path, reason(err))
		return
	}
	s.warn("%s had mode %04o; it is 0600 now. If others use this machine, sign in again", s.path, info.Mode().Perm())
}

func (s Store) warn(format string, args ...any) {
	fmt.Fprintf(s.stderr, "arkor: warning: "+format+"\n", args...)
}

// reason is what the system said, without the path that the message names.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// WriteError means that credentials could not be stored. The file is as it was.
type WriteError struct {
	Path string
	Err  error
}

func (e *WriteError) Error() string { return fmt.Sprintf("write %s: %v", e.Path, reason(e.Err)) }

func (e *WriteError) Unwrap() error { return e.Err }

func (s Store) writeError(err error) error {
	return cli.Hint(&WriteError{s.path, err}, "make room, and make %s writable for you", filepath.Dir(s.path))
}

var errLocked = errors.New("another process has been changing the credentials for 45 seconds")

// Locked is a store that no other process changes meanwhile.
type Locked struct {
	store  Store
	target string // the file itself, where path is a link
	unlock func()
}

// lockPatience is longer than any process of ours waits for an answer while it
// has the lock.
const lockPatience = 45 * time.Second

// Lock waits until no other process is changing the file, for 45 s at most; the
// end of ctx ends the wait. A *WriteError means that the folder cannot be written.
func (s Store) Lock(ctx context.Context) (*Locked, error) {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return nil, s.writeError(err)
	}
	target, err := s.target()
	if err != nil {
		return nil, s.writeError(err)
	}
	waiting, cancel := context.WithTimeoutCause(ctx, lockPatience, errLocked)
	defer cancel()
	unlock, err := filelock.Lock(waiting, target+".lock")
	switch {
	case ctx.Err() != nil:
		if err == nil {
			unlock()
		}
		return nil, context.Cause(ctx)
	case errors.Is(err, errLocked):
		return nil, cli.Hint(fmt.Errorf("%s: %w", s.path, err), "try again; if it stays so, end the other arkor processes")
	case err != nil:
		return nil, s.writeError(err)
	}
	return &Locked{store: s, target: target, unlock: unlock}, nil
}

// target follows links, so that a write replaces the file and not the link.
func (s Store) target() (string, error) {
	target, err := filepath.EvalSymlinks(s.path)
	if !errors.Is(err, fs.ErrNotExist) {
		return target, err
	}
	link, err := os.Readlink(s.path)
	if err != nil { // there is neither file nor link
		return s.path, nil
	}
	if !filepath.IsAbs(link) {
		link = filepath.Join(filepath.Dir(s.path), link)
	}
	return link, nil
}

// Unlock lets others in.
func (l *Locked) Unlock() { l.unlock() }

// Load is the store's, while nobody else writes.
func (l *Locked) Load() (Credentials, error) { return l.store.Peek() }

// Save replaces what is stored. The file's fields that this release does not
// know stay; a corrupt file is kept under another name. An unusable or
// unreadable file is left alone, and the error is the one of Load.
func (l *Locked) Save(c Credentials) error {
	old, err := l.Load()
	var corrupt *CorruptError
	switch {
	case errors.As(err, &corrupt):
		if err := l.keepAside(); err != nil {
			return l.store.writeError(err)
		}
	case err != nil && !errors.Is(err, ErrSignedOut):
		return err
	}
	c.others = old.others
	data, err := c.encode()
	if err != nil {
		return err
	}
	return l.replace(data, wholefile.Write)
}

// replace writes the file whole. A mode that the system refuses is no failure.
func (l *Locked) replace(data []byte, write func(string, []byte, fs.FileMode) error) error {
	err := write(l.target, data, 0o600)
	var mode *wholefile.ModeError
	if errors.As(err, &mode) {
		l.store.warn("could not set permissions on %s: %v", l.store.path, reason(mode.Err))
		return nil
	}
	if err != nil {
		return l.store.writeError(err)
	}
	return nil
}

func (l *Locked) keepAside() error {
	aside := fmt.Sprintf("%s.corrupt-%s", l.target, time.Now().UTC().Format("20060102T150405.000Z"))
	if err := os.Rename(l.target, aside); err != nil {
		return err
	}
	l.store.warn("%s could not be parsed and is being replaced. Run `arkor login` to sign in again.", l.store.path)
	l.store.warn("its content is kept in %s", aside)
	return nil
}

// Remove deletes the file, whatever it holds, and what writes that were killed
// left beside it. A folder in its place stays. kept are files that were corrupt
// once and may hold secrets: those are for their owner to look at.
func (l *Locked) Remove() (kept []string, err error) {
	if info, err := os.Lstat(l.target); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a directory", l.store.path)
	}
	folder, name := filepath.Split(l.target)
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		switch {
		case strings.HasPrefix(entry.Name(), "."+name+"-"):
			os.Remove(filepath.Join(folder, entry.Name()))
		case strings.HasPrefix(entry.Name(), name+".corrupt-"):
			kept = append(kept, filepath.Join(folder, entry.Name()))
		}
	}
	return kept, os.Remove(l.target)
}
