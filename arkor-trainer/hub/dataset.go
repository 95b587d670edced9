package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

const defaultSplit = "train"

// Dataset is a dataset of the hub on this machine: JSONL files, in order.
type Dataset struct {
	Folder fs.FS
	Files  []string // paths in Folder
}

// Dataset returns a dataset by its name on the hub, such as "owner/name", from
// the cache, or from the hub when the cache does not have it. subset and split
// may be empty; split is "train" then. Only JSONL files can be read.
func (h Hub) Dataset(ctx context.Context, name, subset, split string) (Dataset, error) {
	if !validName(name) {
		return Dataset{}, fmt.Errorf("dataset %q: not a name on the hub", shorten(name))
	}
	if found, err := h.cachedDataset(name, subset, split); err == nil {
		return found, nil
	}
	if h.Cache == "" || h.Endpoint == "" {
		return Dataset{}, cli.Hint(fmt.Errorf("dataset %q is not in the cache of this machine", name), "use a dataset of the type \"file\", or let this machine reach the hub")
	}
	fetched := false
	err := h.fetch(ctx, datasets, name, func(repo repository, _ fs.FS) ([]remoteFile, error) {
		if fetched {
			return nil, nil
		}
		fetched = true
		all := make([]string, len(repo.Files))
		for i, f := range repo.Files {
			all[i] = f.Name
		}
		chosen, err := chooseFiles(all, subset, split)
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(slices.Clone(repo.Files), func(f remoteFile) bool { return !slices.Contains(chosen, f.Name) }), nil
	})
	if err != nil {
		if ctx.Err() != nil {
			return Dataset{}, ctx.Err()
		}
		return Dataset{}, fmt.Errorf("dataset %q: %w", name, err)
	}
	return h.cachedDataset(name, subset, split)
}

func (h Hub) cachedDataset(name, subset, split string) (Dataset, error) {
	folder, err := h.cached(datasets, name)
	if err != nil {
		return Dataset{}, err
	}
	var all []string
	err = fs.WalkDir(folder, ".", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, file)
		}
		return err
	})
	if err != nil {
		return Dataset{}, err
	}
	files, err := chooseFiles(all, subset, split)
	return Dataset{Folder: folder, Files: files}, err
}

// chooseFiles picks the JSONL files of a subset and a split by their paths, as
// the hub's viewer does: "data/train-00000-of-00002.jsonl" is of the split
// train. Files that name no split at all are of the split train.
func chooseFiles(all []string, subset, split string) ([]string, error) {
	if split == "" {
		split = defaultSplit
	}
	var jsonl []string
	for _, name := range all {
		switch path.Ext(name) {
		case ".jsonl", ".ndjson":
			jsonl = append(jsonl, name)
		}
	}
	if len(jsonl) == 0 {
		return nil, errors.New("it has no JSONL file, and other formats are not supported")
	}
	if subset != "" && subset != "default" {
		jsonl = slices.DeleteFunc(jsonl, func(name string) bool { return !names(name, subset) })
		if len(jsonl) == 0 {
			return nil, fmt.Errorf("it has no JSONL file of the subset %q", shorten(subset))
		}
	}
	ofSplit := slices.DeleteFunc(slices.Clone(jsonl), func(name string) bool { return !names(name, split) })
	if len(ofSplit) == 0 && split == defaultSplit {
		ofSplit = slices.DeleteFunc(jsonl, func(name string) bool {
			return slices.ContainsFunc([]string{"test", "testing", "eval", "evaluation", "valid", "validation", "val", "dev"}, func(other string) bool { return names(name, other) })
		})
	}
	if len(ofSplit) == 0 {
		return nil, fmt.Errorf("it has no JSONL file of the split %q", shorten(split))
	}
	slices.Sort(ofSplit)
	return ofSplit, nil
}

// names reports whether a path contains a word, set off by anything that is
// neither a letter nor a digit.
func names(file, word string) bool {
	found, err := regexp.MatchString(`(^|[^a-zA-Z0-9])`+regexp.QuoteMeta(word)+`([^a-zA-Z]|$)`, strings.TrimSuffix(file, path.Ext(file)))
	return err == nil && found
}
