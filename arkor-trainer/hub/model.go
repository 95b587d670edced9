package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

// smallFiles are those of a model besides its weights.
func smallFiles() []string {
	return []string{configFile, "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", indexFile}
}

// fetchModel brings a model into the cache: first the small files, then, if
// they are of a kind that we can train, the weights. Nothing else is fetched,
// and no file that could hold code.
func (h Hub) fetchModel(ctx context.Context, name string) error {
	stage := 0
	return h.fetch(ctx, models, name, func(repo repository, folder fs.FS) ([]remoteFile, error) {
		stage++
		switch stage {
		case 1:
			return repo.small()
		case 2:
			if err := supported(folder); err != nil {
				return nil, err
			}
			return repo.weights(folder)
		}
		return nil, nil
	})
}

func (r repository) find(name string) (remoteFile, bool) {
	i := slices.IndexFunc(r.Files, func(f remoteFile) bool { return f.Name == name })
	if i < 0 {
		return remoteFile{}, false
	}
	return r.Files[i], true
}

func (r repository) small() (files []remoteFile, err error) {
	for _, name := range smallFiles() {
		f, ok := r.find(name)
		switch {
		case ok && f.size() > maxSmall:
			return nil, fmt.Errorf("%s is larger than %d MiB", name, maxSmall>>20)
		case ok:
			files = append(files, f)
		case name == configFile || name == "tokenizer.json":
			return nil, fmt.Errorf("it has no %s", name)
		}
	}
	return files, nil
}

// supported refuses what the trainer would refuse later, before gigabytes of
// weights are fetched for it.
func supported(folder fs.FS) error {
	if _, err := model.LoadConfig(folder); err != nil {
		return err
	}
	tok, err := tokenizer.Load(folder)
	if err != nil {
		return err
	}
	_, err = chat.LoadTemplate(folder, tok)
	return err
}

func (r repository) weights(folder fs.FS) ([]remoteFile, error) {
	if f, ok := r.find(weightsFile); ok {
		return []remoteFile{f}, nil
	}
	shards, err := readShards(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("it has no weights in the safetensors format")
	}
	if err != nil {
		return nil, err
	}
	files := make([]remoteFile, 0, len(shards))
	for _, shard := range shards {
		f, ok := r.find(shard)
		if !ok {
			return nil, fmt.Errorf("it has no file %s, which %s names", shorten(shard), indexFile)
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b remoteFile) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}
