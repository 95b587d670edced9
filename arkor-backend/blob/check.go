package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// maxChecked bounds how many blobs are remembered as right.
const maxChecked = 10_000

// stamp changes when a file is written to.
type stamp struct {
	size int64
	time time.Time
}

func stampOf(file *os.File) (stamp, error) {
	info, err := file.Stat()
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// OpenChecked opens a blob whose bytes are right; otherwise the error is
// ErrDamaged. A blob is read for that once, and again after it was written to.
func (s *Store) OpenChecked(hash string) (_ *os.File, err error) {
	file, err := s.Open(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrDamaged
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	now, err := stampOf(file)
	if err != nil {
		return nil, err
	}
	s.checking.Lock()
	known, ok := s.checked[hash]
	s.checking.Unlock()
	if ok && known == now {
		return file, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return nil, err
	}
	if hex.EncodeToString(sum.Sum(nil)) != hash {
		return nil, ErrDamaged
	}
	s.checking.Lock()
	if s.checked == nil || len(s.checked) >= maxChecked {
		s.checked = map[string]stamp{}
	}
	s.checked[hash] = now
	s.checking.Unlock()
	_, err = file.Seek(0, io.SeekStart)
	return file, err
}
