package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The cache has a folder per repository, such as models--owner--name, with
// blobs/ (files by content hash), snapshots/<commit>/ (links to them by name)
// and refs/main (the commit that the branch had last).

// kind is a sort of repository, named as in the cache and in the hub's API.
type kind string

const (
	models   kind = "models"
	datasets kind = "datasets"
)

const (
	configFile  = "config.json"
	weightsFile = "model.safetensors"
	indexFile   = "model.safetensors.index.json"
)

var commitPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)

func (h Hub) repoFolder(k kind, name string) string {
	return filepath.Join(h.Cache, string(k)+"--"+strings.ReplaceAll(name, "/", "--"))
}

// cached returns the files of a repository in the cache. Links in it lead to
// other files of the same repository; one that leads elsewhere cannot be opened.
func (h Hub) cached(k kind, name string) (fs.FS, error) {
	folder, commit, err := h.snapshot(k, name)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	return fs.Sub(root.FS(), "snapshots/"+commit)
}

// snapshot returns a repository's folder and its commit in the cache.
func (h Hub) snapshot(k kind, name string) (folder, commit string, err error) {
	if h.Cache == "" {
		return "", "", errors.New("there is no cache folder")
	}
	folder = h.repoFolder(k, name)
	ref, err := os.ReadFile(filepath.Join(folder, "refs", "main"))
	if err != nil {
		return "", "", errors.New("it is not in the cache")
	}
	commit = strings.TrimSpace(string(ref))
	if !commitPattern.MatchString(commit) {
		return "", "", fmt.Errorf("%s holds no commit", filepath.Join(folder, "refs", "main"))
	}
	if info, err := os.Stat(filepath.Join(folder, "snapshots", commit)); err != nil || !info.IsDir() {
		return "", "", errors.New("its files are not in the cache")
	}
	return folder, commit, nil
}

// Models returns the names of the models that are whole in the cache, sorted.
func (h Hub) Models() []string {
	if h.Cache == "" {
		return nil
	}
	entries, err := os.ReadDir(h.Cache)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), string(models)+"--")
		name := strings.Replace(rest, "--", "/", 1)
		if !ok || !validName(name) {
			continue
		}
		if folder, err := h.cached(models, name); err == nil && complete(folder) {
			names = append(names, name)
		}
	}
	return names
}

// complete reports whether a folder has all files of a model.
func complete(folder fs.FS) bool {
	for _, name := range []string{configFile, "tokenizer.json"} {
		if _, err := fs.Stat(folder, name); err != nil {
			return false
		}
	}
	if _, err := fs.Stat(folder, weightsFile); err == nil {
		return true
	}
	shards, err := readShards(folder)
	if err != nil {
		return false
	}
	for _, shard := range shards {
		if _, err := fs.Stat(folder, shard); err != nil {
			return false
		}
	}
	return true
}

// readShards returns the weight files that a model's index names.
func readShards(folder fs.FS) ([]string, error) {
	data, err := fs.ReadFile(folder, indexFile)
	if err != nil {
		return nil, err
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &index); err != nil || len(index.WeightMap) == 0 {
		return nil, fmt.Errorf("%s is not an index of weights", indexFile)
	}
	var shards []string
	seen := map[string]bool{}
	for _, shard := range index.WeightMap {
		if !isFileName(shard) {
			return nil, fmt.Errorf("%s names the file %q", indexFile, shorten(shard))
		}
		if !seen[shard] {
			seen[shard] = true
			shards = append(shards, shard)
		}
	}
	return shards, nil
}
