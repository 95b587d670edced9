package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/artifact"
	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// lines stores what one worker says, behind what earlier workers said that no
// backend has read yet. A worker that goes on from a checkpoint repeats the
// steps behind it: what was reported before is dropped.
type lines struct {
	*training
	backend context.Context // ends with the backend
	job     store.Job       // kept up with what is stored
	settled bool
}

func (l *lines) handle(line engine.Line) error {
	now := time.Now()
	change := store.Change{Offset: line.End}
	event := func(eventType string, fields map[string]any) {
		change.Type, change.Data = eventType, payload(l.id, eventType, now, fields)
	}
	switch line.Type {
	case engine.Started:
		return l.started(line, now)
	case engine.Log:
		if line.Step > l.job.LogStep {
			event(cloud.EventLog, logFields(line))
			change.LogStep = &line.Step
			l.job.LogStep = line.Step
		}
	case engine.Checkpoint:
		return l.checkpoint(line.Step, line.Dir, line.End, now)
	case engine.Completed:
		return l.completed(line, now)
	case engine.Failed:
		l.settled = true
		event(cloud.EventFailed, map[string]any{"error": line.Error, "step": line.Step})
		change.Status, change.Error, change.EndedAt = cloud.Failed, line.Error, cloud.Timestamp(now)
	}
	return l.record(l.backend, change)
}

// started tells that the training began, once. A checkpoint that an earlier
// worker saved without living to say so is announced now.
func (l *lines) started(line engine.Line, now time.Time) error {
	change := store.Change{Offset: line.End}
	if l.job.StartedAt == nil {
		fields := map[string]any{}
		if line.Metadata != nil {
			fields["metadata"] = line.Metadata
		}
		change.Type, change.Data = cloud.EventStarted, payload(l.id, cloud.EventStarted, now, fields)
		change.StartedAt = cloud.Timestamp(now)
		l.job.StartedAt = &change.StartedAt
	}
	if err := l.record(l.backend, change); err != nil {
		return err
	}
	if line.ResumedFrom > 0 {
		return l.checkpoint(line.ResumedFrom, fmt.Sprintf("checkpoints/step-%d", line.ResumedFrom), line.End, now)
	}
	return nil
}

func (l *lines) checkpoint(step int64, dir string, end int64, now time.Time) error {
	if step <= l.job.CheckpointStep {
		return l.record(l.backend, store.Change{Offset: end})
	}
	err := artifact.Register(l.Blobs, l.jobDir(l.id), dir, &step, now, func(artifacts []cloud.Artifact) error {
		return l.record(l.backend, store.Change{
			Type: cloud.EventCheckpoint, Data: payload(l.id, cloud.EventCheckpoint, now, map[string]any{"step": step, "artifacts": artifacts}),
			Artifacts: artifacts, CheckpointStep: &step, Offset: end,
		})
	})
	if errors.Is(err, fs.ErrNotExist) {
		// The worker has dropped it since, in favour of a later one.
		l.log.Warn("checkpoint is gone", "step", step)
		return l.record(l.backend, store.Change{Offset: end})
	}
	if err == nil {
		l.job.CheckpointStep = step
		return nil
	}
	return fmt.Errorf("store the checkpoint of step %d: %w", step, err)
}

func (l *lines) completed(line engine.Line, now time.Time) error {
	err := artifact.Register(l.Blobs, l.jobDir(l.id), line.Dir, nil, now, func(artifacts []cloud.Artifact) error {
		fields := map[string]any{"artifacts": artifacts}
		if line.Metrics != nil {
			fields["metrics"] = line.Metrics
		}
		return l.record(l.backend, store.Change{
			Type: cloud.EventCompleted, Data: payload(l.id, cloud.EventCompleted, now, fields),
			Artifacts: artifacts, Offset: line.End, Status: cloud.Completed, EndedAt: cloud.Timestamp(now),
		})
	})
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the training process finished, but its result is not in %s", filepath.ToSlash(line.Dir))
	}
	if err == nil {
		l.settled = true
		return nil
	}
	return fmt.Errorf("store the trained adapter: %w", err)
}

// logFields holds every field of the contract, null where the worker has none.
func logFields(line engine.Line) map[string]any {
	fields := map[string]any{
		"step": line.Step, "loss": line.Loss, "evalLoss": line.EvalLoss, "learningRate": line.LearningRate,
		"epoch": line.Epoch, "samplesPerSecond": line.SamplesPerSecond,
	}
	if line.TokensPerSecond != nil {
		fields["tokensPerSecond"] = line.TokensPerSecond
	}
	return fields
}

// payload writes an event. Its keys are sorted, and "type" is one of them.
func payload(jobID, eventType string, at time.Time, fields map[string]any) json.RawMessage {
	all := map[string]any{"type": eventType, "jobId": jobID, "timestamp": cloud.Timestamp(at)}
	for key, value := range fields {
		all[key] = value
	}
	data, err := json.Marshal(all)
	if err != nil {
		panic(err) // only values that came out of JSON, or are plain, are put in
	}
	return data
}
