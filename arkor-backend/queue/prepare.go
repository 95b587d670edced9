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

func (t *training) jobFile() string { return filepath.Join(t.jobDir(t.id), "job.json") }

// prepare puts everything that a worker needs on this machine. It may be
// called again for a job that was prepared before.
func (t *training) prepare(ctx context.Context, job store.Job) error {
	dir := t.jobDir(t.id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var config struct {
		Model         string `json:"model"`
		DatasetSource struct {
			Type   string `json:"type"`
			URL    string `json:"url"`
			Name   string `json:"name"`
			Split  string `json:"split"`
			Subset string `json:"subset"`
		} `json:"datasetSource"`
	}
	if err := json.Unmarshal(job.Config, &config); err != nil {
		return fmt.Errorf("read the job's config: %w", err)
	}
	file := jobFile{Version: 1, JobID: t.id, Dir: dir, Model: jobModel{ID: config.Model}, Config: job.Config}
	if filepath.IsAbs(config.Model) {
		file.Model.Path = config.Model
	}
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
	for _, f := range files {
		d := &jobDataset{Path: t.Blobs.Path(f.SHA256), Name: f.Name}
		if f.Role == "eval" {
			file.EvalDataset = d
		} else {
			file.Dataset = d
		}
	}
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
