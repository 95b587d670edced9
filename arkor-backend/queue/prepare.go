package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-backend/artifact"
	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// jobFile is the worker's side of the job file.
type jobFile struct {
	Version     int             `json:"version"`
	JobID       string          `json:"jobId"`
	Dir         string          `json:"dir"`
	Model       jobModel        `json:"model"`
	Dataset     *jobDataset     `json:"dataset"`
	EvalDataset *jobDataset     `json:"evalDataset"`
	Config      json.RawMessage `json:"config"`
	Speed       *cloud.Range    `json:"speed,omitempty"` // of a preview
}

type jobModel struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

// jobDataset is a file, or a name on the hub.
type jobDataset struct {
	Path string  `json:"path,omitempty"`
	Name string  `json:"name,omitempty"`
	Hub  *jobHub `json:"hub,omitempty"`
}

type jobHub struct {
	Name   string `json:"name"`
	Split  string `json:"split,omitempty"`
	Subset string `json:"subset,omitempty"`
}

// jobConfig is a job's config as far as the job file speaks of it.
type jobConfig struct {
	raw           json.RawMessage
	Model         string `json:"model"`
	DatasetSource struct {
		Type   string `json:"type"`
		URL    string `json:"url"`
		Name   string `json:"name"`
		Split  string `json:"split"`
		Subset string `json:"subset"`
	} `json:"datasetSource"`
}

func readConfig(raw json.RawMessage) (jobConfig, error) {
	config := jobConfig{raw: raw}
	if err := json.Unmarshal(raw, &config); err != nil {
		return config, fmt.Errorf("read the job's config: %w", err)
	}
	return config, nil
}

func newJobFile(id, dir string, config jobConfig) jobFile {
	file := jobFile{Version: 1, JobID: id, Dir: dir, Model: jobModel{ID: config.Model}, Config: config.raw}
	if filepath.IsAbs(config.Model) {
		file.Model.Path = config.Model
	}
	return file
}

// add names the files of a data set.
func (j *jobFile) add(blobs *blob.Store, files []store.File) {
	for _, f := range files {
		d := &jobDataset{Path: blobs.Path(f.SHA256), Name: f.Name}
		if f.Role == "eval" {
			j.EvalDataset = d
		} else {
			j.Dataset = d
		}
	}
}

func (t *training) jobFile() string { return filepath.Join(t.jobDir(t.id), "job.json") }

// prepare puts everything that a worker needs on this machine. It may be
// called again for a job that was prepared before.
func (t *training) prepare(ctx context.Context, job store.Job) error {
	dir := t.jobDir(t.id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	config, err := readConfig(job.Config)
	if err != nil {
		return err
	}
	file := newJobFile(t.id, dir, config)
	files, err := t.Store.Files(ctx, t.id)
	if err != nil {
		return err
	}
	source := config.DatasetSource
	if source.Type == "blob" && len(files) == 0 {
		fetched, err := t.fetch(ctx, source.URL, job.Secret)
		if err != nil {
			return err
		}
		files = append(files, fetched)
	}
	file.add(t.Blobs, files)
	if source.Type == "huggingface" {
		file.Dataset = &jobDataset{Hub: &jobHub{source.Name, source.Split, source.Subset}}
	}
	if err := t.resumeFrom(ctx, job, dir); err != nil {
		return err
	}
	data, err := json.Marshal(file)
	if err != nil {
		return err
	}
	return wholefile.Write(t.jobFile(), data, 0o600)
}

// fetch downloads the job's URL, once: the next worker and a job resumed from
// this one use the copy.
func (t *training) fetch(ctx context.Context, url, token string) (store.File, error) {
	t.log.Info("fetching the dataset")
	in, name, err := t.Fetcher.Fetch(ctx, url, token)
	if err != nil {
		return store.File{}, err
	}
	file := store.File{Role: "train", SHA256: in.Hash, Name: name}
	err = t.Blobs.Keep([]*blob.Incoming{in}, func() error { return t.Store.Fetched(ctx, t.id, file) })
	if err != nil {
		in.Discard()
	}
	return file, err
}

// resumeFrom lays the checkpoint of an earlier job out where the worker looks
// for its own.
func (t *training) resumeFrom(ctx context.Context, job store.Job, dir string) error {
	if job.ResumedFrom == nil {
		return nil
	}
	step := job.ResumedFrom.Step
	artifacts, err := t.Store.Artifacts(ctx, t.id)
	if err != nil {
		return err
	}
	if len(artifact.Of(artifacts, &step)) == 0 {
		return errors.New("the checkpoint to resume from is gone")
	}
	target := filepath.Join(dir, filepath.FromSlash(artifact.Prefix(&step)))
	if job.CheckpointStep > step {
		return nil // later ones exist; the worker may have dropped this one
	}
	return artifact.LayOut(t.Blobs, artifacts, &step, target)
}
