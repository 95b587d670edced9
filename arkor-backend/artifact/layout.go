package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// LayOut writes the artifacts of one step as a folder. The folder appears
// whole; one that is there already is taken for it. An artifact that is not what
// was stored is blob.ErrDamaged.
func LayOut(blobs *blob.Store, artifacts []cloud.Artifact, step *int64, target string) error {
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	parent := filepath.Dir(target)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	staging, err := os.MkdirTemp(parent, ".new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(staging)
	for _, a := range Of(artifacts, step) {
		name := strings.TrimPrefix(a.Name, Prefix(step))
		if !filepath.IsLocal(name) {
			return fmt.Errorf("artifact name %q leaves its folder", a.Name)
		}
		file := filepath.Join(staging, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := blobs.CopyTo(a.SHA256, file); err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	err = os.Rename(staging, target)
	if errors.Is(err, fs.ErrExist) {
		return nil // someone else laid it out at the same time
	}
	return err
}

// Folders are artifacts laid out for those that read them again and again. They
// are looked at each time: what is damaged is not served.
type Folders struct {
	Blobs *blob.Store

	mu   sync.Mutex
	laid map[string]*folder // by path
}

// folder is one of them as it was when its bytes were found right.
type folder struct {
	mu    sync.Mutex
	stamp string
}

// LayOut makes sure that target holds the artifacts of one step, with the bytes
// that were stored. Files that were changed since are replaced; an artifact that
// is damaged in the store itself is blob.ErrDamaged.
func (f *Folders) LayOut(artifacts []cloud.Artifact, step *int64, target string) error {
	f.mu.Lock()
	if f.laid == nil {
		f.laid = map[string]*folder{}
	}
	known := f.laid[target]
	if known == nil {
		known = &folder{}
		f.laid[target] = known
	}
	f.mu.Unlock()
	known.mu.Lock()
	defer known.mu.Unlock()
	now, err := stampOf(artifacts, step, target)
	if err == nil && now == known.stamp {
		return nil
	}
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	if err := LayOut(f.Blobs, artifacts, step, target); err != nil {
		return err
	}
	known.stamp, err = stampOf(artifacts, step, target)
	return err
}

// stampOf is text that changes when a file of a folder is written to.
func stampOf(artifacts []cloud.Artifact, step *int64, target string) (string, error) {
	var stamp strings.Builder
	for _, a := range Of(artifacts, step) {
		info, err := os.Stat(filepath.Join(target, filepath.FromSlash(strings.TrimPrefix(a.Name, Prefix(step)))))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&stamp, "%s %s %d %d\n", a.Name, a.SHA256, info.Size(), info.ModTime().UnixNano())
	}
	return stamp.String(), nil
}
