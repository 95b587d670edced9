package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/artifact"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func (s *server) createJob(c *call) error {
	raw, err := c.body(maxJSON)
	if err != nil {
		return err
	}
	return s.once(c, raw, func(n *store.NewJob) error {
		var body struct {
			Name   string          `json:"name"`
			Config json.RawMessage `json:"config"`
		}
		if err := decodeFields(raw, &body); err != nil {
			return err
		}
		if err := checkName(body.Name); err != nil {
			return err
		}
		config, err := s.checkConfig(c, body.Config)
		if err != nil {
			return err
		}
		n.Job.Name, n.Job.Config = body.Name, config.stored
		n.Secret, n.Files, n.Uploaded = config.secret, config.files, true
		n.Webhook = config.hook
		return nil
	})
}

// once creates the job that fill describes, unless the request's idempotency
// key says that this happened before.
func (s *server) once(c *call, body json.RawMessage, fill func(*store.NewJob) error) error {
	now := time.Now()
	n := store.NewJob{Job: cloud.Job{ID: uuid.NewString(), ProjectID: c.project.ID, CreatedAt: cloud.Timestamp(now)}, Limits: s.Limits}
	var err error
	if n.Key, n.BodyHash, err = idempotency(c, body); err != nil {
		return err
	}
	if n.Key != "" {
		done, ok := s.keys.begin(c.project.ID + " " + n.Key)
		if !ok {
			return fail(http.StatusConflict, "idempotency_in_progress", "a request with this Idempotency-Key is still being served")
		}
		defer done()
		job, err := s.Store.Replay(c.Context(), n, now)
		if err == nil {
			return s.answerJob(c, job, true)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return keyFailure(err)
		}
	}
	if err := fill(&n); err != nil {
		return err
	}
	job, replayed, err := s.Store.CreateJob(c.Context(), n, now)
	var full *store.QueueFullError
	switch {
	case errors.Is(err, store.ErrNotFound):
		return noUpload()
	case errors.As(err, &full):
		c.w.Header().Set("Retry-After", queueRetry)
		return fail(http.StatusTooManyRequests, "queue_full", "%v; wait until one begins, or cancel one", err)
	case err != nil:
		return keyFailure(err)
	}
	s.Queue.Wake()
	return s.answerJob(c, job, replayed)
}

// queueRetry is when a client may ask again for a place in the queue, in
// seconds. A training takes longer; what waits may be cancelled at any moment.
const queueRetry = "60"

func noUpload() error {
	return fail(http.StatusBadRequest, "dataset_not_found", "config.datasetSource names a dataset that is not in this project; upload it first")
}

// answerJob answers with a new job.
func (s *server) answerJob(c *call, job store.Job, replayed bool) error {
	status := http.StatusCreated
	if replayed {
		status = http.StatusOK
		c.w.Header().Set("Idempotent-Replayed", "true")
	}
	if err := s.countAhead(c, &job); err != nil {
		return err
	}
	return c.json(status, map[string]any{"job": job.Job})
}

// countAhead tells how many trainings have to end before a queued job begins.
func (s *server) countAhead(c *call, job *store.Job) error {
	if job.Status != cloud.Queued {
		return nil
	}
	ahead, err := s.Store.Ahead(c.Context(), job.ID)
	job.JobsAhead = max(0, ahead+1-s.Queue.Running)
	return err
}

// find returns the job of the path, in this project.
func (s *server) find(c *call) (store.Job, error) {
	id := c.PathValue("id")
	job, err := s.Store.Job(c.Context(), id)
	if err == nil && job.ProjectID != c.project.ID {
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) {
		return job, fail(http.StatusNotFound, "job_not_found", "there is no such job in the project %q", c.project.Slug)
	}
	return job, err
}

// eventsShown is how many events come with a job.
const eventsShown = 1000

func (s *server) getJob(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	if err := s.countAhead(c, &job); err != nil {
		return err
	}
	stored, err := s.Store.Events(c.Context(), job.ID, max(0, job.LastEvent-eventsShown), eventsShown)
	if err != nil {
		return err
	}
	events := make([]json.RawMessage, len(stored))
	for i, e := range stored {
		events[i] = json.RawMessage(`{"id":"` + strconv.FormatInt(e.ID, 10) + `",` + strings.TrimPrefix(string(e.Data), "{"))
	}
	return c.json(http.StatusOK, map[string]any{"job": job.Job, "events": events})
}

func (s *server) cancelJob(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	if job, err = s.Queue.Cancel(c.Context(), job.ID); err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"job": job.Job})
}

func (s *server) deleteJob(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	hashes, err := s.Store.DeleteJob(c.Context(), job.ID)
	if errors.Is(err, store.ErrInUse) {
		return fail(http.StatusConflict, "job_active", "the job is %s; cancel it first", job.Status)
	}
	var targeted *store.TargetedError
	if errors.As(err, &targeted) {
		return fail(http.StatusConflict, "job_in_use", "%v; delete the endpoint or give it another target first", err)
	}
	if err != nil {
		return err
	}
	// The job is gone. What cannot be removed now costs space, nothing else.
	ctx := context.WithoutCancel(c.Context())
	err = errors.Join(
		os.RemoveAll(filepath.Join(s.JobsDir, job.ID)),
		os.RemoveAll(filepath.Join(s.AdaptersDir, job.ID)),
		s.Blobs.Sweep(hashes, func(hash string) (bool, error) { return s.Store.Referenced(ctx, hash) }),
	)
	if err != nil {
		s.Log.Warn("remove the files of a deleted job", "job", job.ID, "error", err)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// resumeJob creates a job that begins where an ended one stopped.
func (s *server) resumeJob(c *call) error {
	old, err := s.find(c)
	if err != nil {
		return err
	}
	raw := json.RawMessage(`{}`)
	if c.ContentLength != 0 {
		if raw, err = c.body(maxJSON); err != nil {
			return err
		}
	}
	return s.once(c, raw, func(n *store.NewJob) error {
		var body struct {
			FromStep *float64 `json:"fromStep"`
		}
		if err := decodeFields(raw, &body); err != nil {
			return err
		}
		refuse := func(format string, args ...any) error {
			return fail(http.StatusConflict, "not_resumable", format, args...)
		}
		step := old.CheckpointStep
		switch {
		case body.FromStep != nil && (*body.FromStep < 0 || *body.FromStep != math.Trunc(*body.FromStep) || *body.FromStep > maxSteps):
			return fail(http.StatusBadRequest, "invalid_request", "fromStep must be the step of a checkpoint")
		case old.Status != cloud.Failed && old.Status != cloud.Cancelled:
			return refuse("the job is %s; only failed and cancelled jobs can be resumed", old.Status)
		case step < 0:
			return refuse("the job has no checkpoint")
		case body.FromStep != nil:
			step = int64(*body.FromStep)
		}
		artifacts, err := s.Store.Artifacts(c.Context(), old.ID)
		if err != nil {
			return err
		}
		checkpoint := artifact.Of(artifacts, &step)
		if len(checkpoint) == 0 {
			return refuse("the job has no checkpoint at step %d", step)
		}
		for i := range checkpoint {
			checkpoint[i].ID, checkpoint[i].CreatedAt = uuid.NewString(), n.Job.CreatedAt
		}
		if n.Files, err = s.Store.Files(c.Context(), old.ID); err != nil {
			return err
		}
		if n.Webhook, err = s.Store.Webhook(c.Context(), old.ID); err != nil {
			return err
		}
		n.Job.Name, n.Job.Config, n.Checkpoint = old.Name, old.Config, checkpoint
		n.Job.ResumedFrom = &cloud.ResumedFrom{JobID: old.ID, Step: step}
		return nil
	})
}
