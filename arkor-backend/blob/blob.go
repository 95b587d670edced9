// Package blob keeps files under the SHA-256 of their bytes. A file is in the
// store whole or not at all, and its content never changes.
package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// ErrDamaged means that a blob is not what was stored: something else wrote to
// it, or removed it.
var ErrDamaged = errors.New("its bytes are not those that were stored")

// ErrTooLarge means that a file is longer than allowed.
var ErrTooLarge = errors.New("file is too large")

// Store is a folder of blobs. It may be used by many goroutines of one process.
type Store struct {
	dir string
	mu  sync.Mutex // between a file's appearance and the row that refers to it, nothing is swept

	checking sync.Mutex
	checked  map[string]stamp // blobs as they were when their bytes were found right
}

// Open uses dir, making it when it is absent. Files that an earlier process
// left half written are removed.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	if err := os.RemoveAll(s.incoming()); err != nil {
		return nil, err
	}
	return s, os.MkdirAll(s.incoming(), 0o700)
}

func (s *Store) incoming() string { return filepath.Join(s.dir, "incoming") }

// Path returns where the blob with this hash is or would be.
func (s *Store) Path(hash string) string {
	if !ValidHash(hash) {
		return filepath.Join(s.dir, "no such blob")
	}
	return filepath.Join(s.dir, hash[:2], hash)
}

// Open opens a blob for reading. An absent one is fs.ErrNotExist.
func (s *Store) Open(hash string) (*os.File, error) { return os.Open(s.Path(hash)) }

// ValidHash reports whether s is 64 lower-case hex digits.
func ValidHash(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return len(s) == 2*sha256.Size
}

// Incoming is a file on its way into the store: one of Keep and Discard ends it.
type Incoming struct {
	Hash string
	Size int64

	store *Store
	path  string
	owned bool // path is a temporary file of the store
}

// Receive reads r to its end into a temporary file on disk. Longer than limit
// is ErrTooLarge. After an error nothing is left.
func (s *Store) Receive(r io.Reader, limit int64) (in *Incoming, err error) {
	file, err := os.CreateTemp(s.incoming(), "file-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, hash), io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, err
	case size > limit:
		return nil, ErrTooLarge
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	return &Incoming{hex.EncodeToString(hash.Sum(nil)), size, s, file.Name(), true}, nil
}

// Adopt hashes a file that will not change any more. Keep links it into the
// store; the file itself stays where it is.
func (s *Store) Adopt(path string) (*Incoming, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return nil, err
	}
	return &Incoming{hex.EncodeToString(hash.Sum(nil)), size, s, path, false}, file.Sync()
}

// Head opens what was received, to look at it before it is kept.
func (in *Incoming) Head() (*os.File, error) { return os.Open(in.path) }

// Discard drops a file that is not wanted. It does nothing after Keep.
func (in *Incoming) Discard() {
	if in.owned {
		os.Remove(in.path)
	}
}

// Keep moves files into the store, then calls register, which makes them
// known. No sweep comes between the two.
func (s *Store) Keep(files []*Incoming, register func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range files {
		if err := in.move(); err != nil {
			return fmt.Errorf("store a file: %w", err)
		}
	}
	return register()
}

func (in *Incoming) move() error {
	target := in.store.Path(in.Hash)
	if _, err := os.Stat(target); err == nil {
		in.Discard()
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	if in.owned {
		if err := os.Rename(in.path, target); err != nil {
			return err
		}
		return syncDir(filepath.Dir(target))
	}
	if err := os.Link(in.path, target); err != nil {
		// Another file system, or one without links.
		if err := in.store.copy(in.path, target, in.Hash); err != nil {
			return err
		}
	}
	return errors.Join(os.Chmod(target, 0o600), syncDir(filepath.Dir(target)))
}

func (s *Store) copy(from, to, hash string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	in, err := s.Receive(source, 1<<62)
	if err != nil {
		return err
	}
	if in.Hash != hash {
		in.Discard()
		return fmt.Errorf("%s changed while it was read", filepath.Base(from))
	}
	return os.Rename(in.path, to)
}

// CopyTo writes a blob to a new file. One that is ErrDamaged is not written.
func (s *Store) CopyTo(hash, path string) (err error) {
	source, err := s.Open(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrDamaged
	}
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(target, sum), source)
	if err = errors.Join(err, target.Sync(), target.Close()); err == nil && hex.EncodeToString(sum.Sum(nil)) != hash {
		return ErrDamaged
	}
	return err
}

// Hashes lists the blobs that are there.
func (s *Store) Hashes() ([]string, error) {
	var hashes []string
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if hash := filepath.Base(path); err == nil && ValidHash(hash) {
			hashes = append(hashes, hash)
		}
		return err
	})
	return hashes, err
}

// Sweep removes those of the blobs that nothing refers to.
func (s *Store) Sweep(hashes []string, referenced func(hash string) (bool, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, hash := range hashes {
		used, err := referenced(hash)
		if err == nil && !used {
			err = os.Remove(s.Path(hash))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// syncDir makes a new name in a folder durable, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	_ = d.Sync() // Windows refuses; the rename itself is still atomic
	return nil
}
