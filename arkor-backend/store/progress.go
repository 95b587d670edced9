package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Event is a stored event. Data is one line of JSON.
type Event struct {
	ID   int64
	Type string
	Data json.RawMessage
}

// Change is one step in the life of a job. Zero fields change nothing.
type Change struct {
	Type string // of the event to store; "" stores none
	Data json.RawMessage

	Artifacts      []cloud.Artifact
	LogStep        *int64
	CheckpointStep *int64
	Offset         int64

	StartedAt string
	Status    cloud.JobStatus // a terminal one
	Error     string
	EndedAt   string
}

// Record stores a change in one transaction and then tells who watches the
// job. ErrTerminal: the job had ended, nothing was stored.
func (s *Store) Record(ctx context.Context, jobID string, c Change) error {
	err := s.tx(ctx, func(tx *sql.Tx) error { return record(ctx, tx, jobID, c) })
	if err == nil {
		s.followed.notify(jobID)
	}
	return err
}

func record(ctx context.Context, tx *sql.Tx, jobID string, c Change) error {
	var event int64
	err := tx.QueryRowContext(ctx, `UPDATE jobs SET
			last_event = last_event + (?2 <> ''),
			last_log_step = max(last_log_step, coalesce(?3, -1)),
			last_checkpoint_step = max(last_checkpoint_step, coalesce(?4, -1)),
			output_offset = max(output_offset, ?5),
			started_at = coalesce(nullif(?6, ''), started_at),
			status = coalesce(nullif(?7, ''), status),
			error = coalesce(nullif(?8, ''), error),
			completed_at = coalesce(nullif(?9, ''), completed_at),
			secret = CASE WHEN ?7 <> '' THEN NULL ELSE secret END
		WHERE id = ?1 AND status IN ('queued', 'running') RETURNING last_event`,
		jobID, c.Type, c.LogStep, c.CheckpointStep, c.Offset, c.StartedAt, c.Status, c.Error, c.EndedAt).Scan(&event)
	if err == sql.ErrNoRows {
		return ErrTerminal
	}
	if err != nil {
		return err
	}
	if c.Type != "" {
		_, err := tx.ExecContext(ctx, `INSERT INTO events (job_id, id, type, data) VALUES (?, ?, ?, ?)`, jobID, event, c.Type, string(c.Data))
		if err != nil {
			return err
		}
	}
	if c.Status != "" {
		if err := announce(ctx, tx, jobID, c.EndedAt); err != nil {
			return err
		}
	}
	return insertArtifacts(ctx, tx, jobID, c.Artifacts)
}

// Events returns at most limit stored events behind the one called after.
func (s *Store) Events(ctx context.Context, jobID string, after int64, limit int) ([]Event, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT id, type, data FROM events WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?`, jobID, after, limit)
	return collect(rows, err, func(row scanner) (e Event, err error) {
		return e, row.Scan(&e.ID, &e.Type, (*[]byte)(&e.Data))
	})
}

// Cancel ends a queued job with the event that Change holds, and notes for a
// running one that it is to stop. It returns the job as it is afterwards.
func (s *Store) Cancel(ctx context.Context, id string, cancelled Change) (job Job, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		var status cloud.JobStatus
		err := tx.QueryRowContext(ctx, `SELECT status FROM jobs WHERE id = ?`, id).Scan(&status)
		switch {
		case err != nil:
			return orNotFound(err)
		case status == cloud.Queued:
			err = record(ctx, tx, id, cancelled)
		case status == cloud.Running:
			_, err = tx.ExecContext(ctx, `UPDATE jobs SET cancel_requested = 1 WHERE id = ?`, id)
		}
		if err != nil {
			return err
		}
		job, err = scanJob(tx.QueryRowContext(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.id = ?`, id))
		return err
	})
	if err == nil {
		s.followed.notify(id)
	}
	return job, err
}

// CountRestart notes that a job's worker died by itself and returns how many
// did so far.
func (s *Store) CountRestart(ctx context.Context, id string) (n int, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		return orNotFound(tx.QueryRowContext(ctx, `UPDATE jobs SET restarts = restarts + 1 WHERE id = ? RETURNING restarts`, id).Scan(&n))
	})
	return n, err
}
