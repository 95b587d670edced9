package queue

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Preview asks a worker what a job with this config and these files would
// train, and whether it would be refused. Nothing stays behind.
func (q *Queue) Preview(ctx context.Context, raw json.RawMessage, files []store.File) (cloud.Preview, error) {
	config, err := readConfig(raw)
	if err != nil {
		return cloud.Preview{}, err
	}
	if err := os.MkdirAll(q.Dir, 0o700); err != nil {
		return cloud.Preview{}, err
	}
	// Among the folders of jobs, where the next start removes what a crash left.
	dir, err := os.MkdirTemp(q.Dir, "preview-")
	if err != nil {
		return cloud.Preview{}, err
	}
	defer os.RemoveAll(dir)
	file := newJobFile(filepath.Base(dir), dir, config)
	file.add(q.Blobs, files)
	tried := newTrial(raw, files)
	if file.Speed, err = q.speed(ctx, config.Model, tried); err != nil {
		return cloud.Preview{}, err
	}
	data, err := json.Marshal(file)
	if err != nil {
		return cloud.Preview{}, err
	}
	path := filepath.Join(dir, "job.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return cloud.Preview{}, err
	}
	said, err := q.Engine.Preview(ctx, path)
	if err != nil {
		return cloud.Preview{}, err
	}
	var answer struct {
		Preview *cloud.Preview
		Speed   *cloud.Range
	}
	if err := json.Unmarshal(said, &answer); err != nil {
		return cloud.Preview{}, fmt.Errorf("read what arkor-trainer says of the job: %w", err)
	}
	if answer.Preview == nil {
		return cloud.Preview{}, errors.New("arkor-trainer says nothing of the job")
	}
	if answer.Speed != nil && file.Speed == nil {
		q.remember(tried, *answer.Speed)
	}
	return *answer.Preview, nil
}

const (
	jobsAsked  = 3
	enoughLogs = 10 // of a job, to say more than a trial of a moment
	// How busy the machine is differs by more than what earlier jobs met.
	slower, faster = 1.5, 1.3
)

// trial identifies what a worker tries to learn its speed: the same model takes
// longer for a token of short samples than for one of long samples.
type trial [sha256.Size]byte

func newTrial(config json.RawMessage, files []store.File) trial {
	h := sha256.New()
	h.Write(config)
	for _, f := range files {
		fmt.Fprintf(h, "\n%s %s", f.Role, f.SHA256)
	}
	return trial(h.Sum(nil))
}

const trialsKept = 100

func (q *Queue) remember(t trial, speed cloud.Range) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.speeds) >= trialsKept {
		clear(q.speeds)
	}
	q.speeds[t] = speed
}

// speed is how many tokens a second are trained of a model here: measured by
// earlier jobs, else by an earlier preview of the same run, else nil.
func (q *Queue) speed(ctx context.Context, model string, t trial) (*cloud.Range, error) {
	measured, err := q.Store.Speeds(ctx, model, jobsAsked, enoughLogs)
	if err != nil {
		return nil, err
	}
	if len(measured) > 0 {
		return &cloud.Range{Low: slices.Min(measured) / slower, High: slices.Max(measured) * faster}, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if tried, ok := q.speeds[t]; ok {
		return &tried, nil
	}
	return nil, nil
}
