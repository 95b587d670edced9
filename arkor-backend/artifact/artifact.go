// Package artifact turns the folders that a worker leaves behind into stored,
// content-addressed files, and back into folders.
package artifact

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxFiles bounds what one checkpoint may hold.
const maxFiles = 256

// Prefix is the folder part of artifact names: of a checkpoint, or of the final
// result when step is nil.
func Prefix(step *int64) string {
	if step == nil {
		return "final/"
	}
	return fmt.Sprintf("checkpoints/step-%d/", *step)
}

// Register hashes the regular files in the folder dir of a job's folder, moves
// them into blobs and calls record with their descriptions. The files are
// ordered by name. A folder that is not there is fs.ErrNotExist.
func Register(blobs *blob.Store, jobDir, dir string, step *int64, now time.Time, record func([]cloud.Artifact) error) error {
	root, err := os.OpenRoot(jobDir) // nothing outside is reached, whatever the worker's links say
	if err != nil {
		return err
	}
	defer root.Close()
	kind := "adapter"
	if step != nil {
		kind = "checkpoint"
	}
	artifacts, files := []cloud.Artifact{}, []*blob.Incoming{}
	dir = path.Clean(filepath.ToSlash(dir))
	err = fs.WalkDir(root.FS(), dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !entry.Type().IsRegular():
			return nil
		case len(files) == maxFiles:
			return fmt.Errorf("%s holds more than %d files", dir, maxFiles)
		}
		file, err := blobs.Adopt(filepath.Join(jobDir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		files = append(files, file)
		artifacts = append(artifacts, cloud.Artifact{
			ID: uuid.NewString(), Kind: kind, Step: step, Name: Prefix(step) + strings.TrimPrefix(name, dir+"/"),
			Size: file.Size, SHA256: file.Hash, CreatedAt: cloud.Timestamp(now),
		})
		return nil
	})
	if err != nil {
		return err
	}
	return blobs.Keep(files, func() error { return record(artifacts) })
}

// Of returns those artifacts that belong to a step, or to the final result.
func Of(artifacts []cloud.Artifact, step *int64) []cloud.Artifact {
	var found []cloud.Artifact
	for _, a := range artifacts {
		if strings.HasPrefix(a.Name, Prefix(step)) {
			found = append(found, a)
		}
	}
	return found
}
