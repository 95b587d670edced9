package workercmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/hub"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// dataset is where samples come from: a file on this machine and what its owner
// calls it, or a name on the hub.
type dataset struct {
	Path string      `json:"path"`
	Name string      `json:"name"`
	Hub  *hubDataset `json:"hub"`
}

type hubDataset struct {
	Name   string `json:"name"`
	Split  string `json:"split"`
	Subset string `json:"subset"`
}

// given reports whether the job names a dataset at all.
func (d dataset) given() bool { return d.Path != "" || d.Hub != nil && d.Hub.Name != "" }

// display is what messages call the dataset.
func (d dataset) display() string {
	if d.Hub != nil {
		return d.Hub.Name
	}
	return d.Name
}

// read returns all samples. split names the part of a hub dataset to take when
// the dataset itself names none.
func (d dataset) read(ctx context.Context, h hub.Hub, split string) ([]chat.Sample, error) {
	if d.Hub != nil {
		return d.Hub.read(ctx, h, split)
	}
	f, err := os.Open(d.Path)
	if err != nil {
		return nil, fmt.Errorf("dataset %s: %w", d.Name, err)
	}
	defer f.Close()
	return chat.ReadJSONL(f, d.Name)
}

// maxHubBytes is what is read of a hub dataset, as much as may be uploaded: all
// samples are held in memory.
const maxHubBytes = 1 << 30

func (d hubDataset) read(ctx context.Context, h hub.Hub, split string) ([]chat.Sample, error) {
	if d.Split != "" {
		split = d.Split
	}
	found, err := h.Dataset(ctx, d.Name, d.Subset, split)
	if err != nil {
		return nil, err
	}
	var all []chat.Sample
	left := int64(maxHubBytes)
	for _, name := range found.Files {
		samples, size, err := readHubFile(found.Folder, name, d.Name+"/"+name, left)
		if err != nil {
			return nil, err
		}
		if left -= size; left < 0 {
			return nil, cli.Hint(fmt.Errorf("dataset %s is larger than %d MiB", d.Name, maxHubBytes>>20), "choose a smaller split or subset, or save a part of it as a file")
		}
		all = append(all, samples...)
	}
	return all, nil
}

// readHubFile reads a file of at most limit bytes; of a larger one it returns
// the size alone.
func readHubFile(folder fs.FS, name, display string, limit int64) (samples []chat.Sample, size int64, err error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("dataset %s: %w", display, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("dataset %s: %w", display, err)
	}
	if info.Size() > limit {
		return nil, info.Size(), nil
	}
	samples, err = chat.ReadJSONL(f, display)
	return samples, info.Size(), err
}

// hubSplit is the part of a hub dataset that a job's datasetSplit names, when
// that is a string.
func hubSplit(datasetSplit json.RawMessage) string {
	var name string
	_ = json.Unmarshal(datasetSplit, &name) // an object says how to hold samples out, see split
	return name
}
