package api

import (
	"errors"
	"math"
	"net/http"

	"github.com/arkorlab/arkor-go/arkor-backend/artifact"
	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// chatAdapter names what a job trained: the body of chats and the target of
// endpoints hold one.
type chatAdapter struct {
	Kind  string   `json:"kind"`
	JobID string   `json:"jobId"`
	Step  *float64 `json:"step"`
}

const adapterShapes = `{"kind":"final","jobId"} or {"kind":"checkpoint","jobId","step"}`

// step returns the step of the checkpoint, nil for the final result; ok is
// false when this is neither of adapterShapes.
func (a chatAdapter) step() (step *int64, ok bool) {
	switch {
	case a.Kind == "final" && a.Step == nil:
		return nil, true
	case a.Kind == "checkpoint" && a.Step != nil && *a.Step >= 0 && *a.Step <= maxSteps && *a.Step == math.Trunc(*a.Step):
		n := int64(*a.Step)
		return &n, true
	}
	return nil, false
}

// damaged names an artifact that is not what was stored. It is never served.
func damaged(err error) error {
	if errors.Is(err, blob.ErrDamaged) {
		return fail(http.StatusInternalServerError, "artifact_damaged", "a damaged artifact is not served: %v", err)
	}
	return err
}

// trained finds what a job of this project trained. It fails with 404, or with
// 409 where the job may produce it yet.
func (s *server) trained(c *call, jobID string, step *int64) (store.Job, []cloud.Artifact, error) {
	job, err := s.Store.Job(c.Context(), jobID)
	if errors.Is(err, store.ErrNotFound) || err == nil && job.ProjectID != c.project.ID {
		return job, nil, fail(http.StatusNotFound, "job_not_found", "there is no such job in the project %q", c.project.Slug)
	}
	if err != nil {
		return job, nil, err
	}
	artifacts, err := s.Store.Artifacts(c.Context(), job.ID)
	if err != nil {
		return job, nil, err
	}
	if len(artifact.Of(artifacts, step)) == 0 {
		if !job.Status.Terminal() && (step == nil || *step > job.CheckpointStep) {
			return job, nil, fail(http.StatusConflict, "adapter_not_ready", "the job is %s and has not produced this adapter yet", job.Status)
		}
		return job, nil, fail(http.StatusNotFound, "adapter_not_found", "the job is %s and has no such adapter", job.Status)
	}
	return job, artifacts, nil
}
