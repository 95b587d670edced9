package exportcmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What is looked at of a project to find its data.
const (
	maxEntries = 5000
	maxHashed  = 1 << 30
)

// promptFile is a file of the project whose prompts the export is tested with.
type promptFile struct{ path, name string }

// findPrompts looks for the held-out file of the job in the project, then for
// its training file. The backend says how long a file is and its id what it
// holds, so that another version of it is not taken for it. There may be none.
func (x *export) findPrompts(ctx context.Context) (promptFile, error) {
	for _, id := range []string{x.config.DatasetSource.EvalDatasetID, x.config.DatasetSource.DatasetID} {
		hash, ok := strings.CutPrefix(id, "sha256:")
		if !ok {
			continue
		}
		uploaded, err := x.session.Client.Dataset(ctx, x.session.Scope, id)
		if err != nil || uploaded.Size > maxHashed {
			continue // the upload may be gone, and is not needed
		}
		if found := search(ctx, x.session.Dir, uploaded.Size, hash); found.path != "" {
			return found, nil
		}
	}
	return promptFile{}, ctx.Err()
}

func search(ctx context.Context, root string, size int64, hash string) (found promptFile) {
	entries := 0
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		entries++
		switch {
		case ctx.Err() != nil || entries > maxEntries || found.path != "":
			return filepath.SkipAll
		case err != nil && entry.IsDir(), entry.IsDir() && path != root && (name == "node_modules" || strings.HasPrefix(name, ".")):
			return filepath.SkipDir
		case !entry.Type().IsRegular() || filepath.Ext(name) != ".jsonl":
			return nil
		}
		if info, err := entry.Info(); err != nil || info.Size() != size || hashOf(path) != hash {
			return nil
		}
		if name, err = filepath.Rel(root, path); err == nil {
			found = promptFile{path, filepath.ToSlash(name)}
		}
		return nil
	})
	return found
}

// hashOf returns the SHA-256 of a file, "" of one that cannot be read.
func hashOf(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil))
}
