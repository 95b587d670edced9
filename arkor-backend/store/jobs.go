package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Job is a job with what only the backend knows of it.
type Job struct {
	cloud.Job
	Secret          string // token of the blob URL, until it is fetched
	CancelRequested bool
	Restarts        int
	Offset          int64 // how far the worker's output is stored
	LastEvent       int64
	LogStep         int64 // highest step with a stored log line, -1 before the first
	CheckpointStep  int64 // highest step with a stored checkpoint, -1 before the first
}

// File is a dataset file of a job; its content is the blob with this hash.
type File struct {
	Role   string // "train" or "eval"
	SHA256 string
	Name   string // for messages
}

// NewJob is what CreateJob needs.
type NewJob struct {
	Job    cloud.Job // ID, ProjectID, Name, Config, CreatedAt; ResumedFrom for a resumed job
	Secret string
	Files  []File

	// Uploaded says that Files are uploads, which must be in the project still.
	Uploaded bool
	// Checkpoint holds what a resumed job begins with.
	Checkpoint []cloud.Artifact

	Webhook *Webhook // nil: nobody is told
	Limits  QueueLimits

	Key, BodyHash string // of the idempotency key; "" when the client gave none
}

// keyLife is how long an idempotency key is remembered.
const keyLife = 24 * time.Hour

const jobColumns = `j.id, p.org_id, j.project_id, j.name, j.status, j.config, j.error, j.created_at, j.started_at,
	j.completed_at, j.resumed_job, j.resumed_step, coalesce(j.secret, ''), j.cancel_requested, j.restarts, j.output_offset,
	j.last_event, j.last_log_step, j.last_checkpoint_step, w.status, coalesce(w.attempts, 0), w.last_status, w.last_error, w.due_at`

const jobTables = ` FROM jobs j JOIN projects p ON p.id = j.project_id LEFT JOIN webhooks w ON w.job_id = j.id `

func scanJob(row scanner) (Job, error) {
	var j Job
	var config string
	var resumedJob *string
	var resumedStep *int64
	var hook cloud.WebhookState
	var hookStatus *cloud.WebhookStatus
	err := row.Scan(&j.ID, &j.OrgID, &j.ProjectID, &j.Name, &j.Status, &config, &j.Error, &j.CreatedAt, &j.StartedAt,
		&j.CompletedAt, &resumedJob, &resumedStep, &j.Secret, &j.CancelRequested, &j.Restarts, &j.Offset,
		&j.LastEvent, &j.LogStep, &j.CheckpointStep, &hookStatus, &hook.Attempts, &hook.LastStatus, &hook.LastError, &hook.NextAttemptAt)
	j.Config = json.RawMessage(config)
	if resumedJob != nil && resumedStep != nil {
		j.ResumedFrom = &cloud.ResumedFrom{JobID: *resumedJob, Step: *resumedStep}
	}
	if hookStatus != nil {
		hook.Status, j.Webhook = *hookStatus, &hook
	}
	return j, orNotFound(err)
}

// CreateJob adds a queued job. replayed is true when the idempotency key
// belongs to an earlier request with the same body, whose job is returned.
// ErrKeyReused: the key came with another body. ErrNotFound: an upload that
// the job names is not in the project. A *QueueFullError: too many jobs wait.
func (s *Store) CreateJob(ctx context.Context, n NewJob, now time.Time) (job Job, replayed bool, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if n.Key != "" {
			job, err = replay(ctx, tx, n, now)
			if replayed = err == nil; replayed || err != ErrNotFound {
				return err
			}
		}
		if err := n.Limits.check(ctx, tx, n.Job.ProjectID); err != nil {
			return err
		}
		if err := insertJob(ctx, tx, n); err != nil {
			return err
		}
		if n.Key != "" {
			_, err := tx.ExecContext(ctx,
				`INSERT OR REPLACE INTO idempotency (project_id, key, body_hash, job_id, created_at) VALUES (?, ?, ?, ?, ?)`,
				n.Job.ProjectID, n.Key, n.BodyHash, n.Job.ID, cloud.Timestamp(now))
			if err != nil {
				return err
			}
		}
		job, err = scanJob(tx.QueryRowContext(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.id = ?`, n.Job.ID))
		return err
	})
	return job, replayed, err
}

// Replay returns the job that a request with this key and body created, or
// ErrNotFound when there was none, or ErrKeyReused.
func (s *Store) Replay(ctx context.Context, n NewJob, now time.Time) (job Job, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		job, err = replay(ctx, tx, n, now)
		return err
	})
	return job, err
}

func replay(ctx context.Context, tx *sql.Tx, n NewJob, now time.Time) (Job, error) {
	var hash, id string
	err := tx.QueryRowContext(ctx, `SELECT body_hash, job_id FROM idempotency WHERE project_id = ? AND key = ? AND created_at > ?`,
		n.Job.ProjectID, n.Key, cloud.Timestamp(now.Add(-keyLife))).Scan(&hash, &id)
	if err != nil {
		return Job{}, orNotFound(err)
	}
	if hash != n.BodyHash {
		return Job{}, ErrKeyReused
	}
	return scanJob(tx.QueryRowContext(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.id = ?`, id))
}

func insertJob(ctx context.Context, tx *sql.Tx, n NewJob) error {
	var resumedJob, resumedStep any
	step := int64(-1)
	if r := n.Job.ResumedFrom; r != nil {
		resumedJob, resumedStep, step = r.JobID, r.Step, r.Step
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO jobs (id, project_id, name, status, config, secret, created_at,
		resumed_job, resumed_step, last_log_step, last_checkpoint_step, round)
		VALUES (?, ?, ?, 'queued', ?, nullif(?, ''), ?, ?, ?, ?, ?, (`+nextRound+`))`,
		n.Job.ID, n.Job.ProjectID, n.Job.Name, string(n.Job.Config), n.Secret, n.Job.CreatedAt, resumedJob, resumedStep, step, step,
		n.Job.ProjectID)
	if err != nil {
		return err
	}
	for _, f := range n.Files {
		if n.Uploaded {
			err := tx.QueryRowContext(ctx, `SELECT filename FROM datasets WHERE project_id = ? AND sha256 = ?`,
				n.Job.ProjectID, f.SHA256).Scan(&f.Name)
			if err != nil {
				return orNotFound(err)
			}
		}
		if err := insertFile(ctx, tx, n.Job.ID, f); err != nil {
			return err
		}
	}
	if err := insertWebhook(ctx, tx, n.Job.ID, n.Webhook); err != nil {
		return err
	}
	return insertArtifacts(ctx, tx, n.Job.ID, n.Checkpoint)
}

func insertFile(ctx context.Context, tx *sql.Tx, jobID string, f File) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO job_files (job_id, role, sha256, name) VALUES (?, ?, ?, ?)`, jobID, f.Role, f.SHA256, f.Name)
	return err
}

// Job returns a job whatever its project, or ErrNotFound.
func (s *Store) Job(ctx context.Context, id string) (Job, error) {
	return scanJob(s.read.QueryRowContext(ctx, `SELECT `+jobColumns+jobTables+`WHERE j.id = ?`, id))
}

// ListJobs selects jobs of a project.
type ListJobs struct {
	ProjectID string
	Statuses  []string // empty means all
	Limit     int      // 0 means all

	// AfterCreatedAt and AfterID are the position of the last job already seen.
	AfterCreatedAt, AfterID string
}

// Jobs returns jobs newest first.
func (s *Store) Jobs(ctx context.Context, list ListJobs) ([]Job, error) {
	query, args := list.query()
	rows, err := s.read.QueryContext(ctx, query, args...)
	return collect(rows, err, scanJob)
}

func (list ListJobs) query() (query string, args []any) {
	query, args = `SELECT `+jobColumns+jobTables+`WHERE j.project_id = ?`, []any{list.ProjectID}
	if len(list.Statuses) > 0 {
		query += ` AND j.status IN (?` + strings.Repeat(`, ?`, len(list.Statuses)-1) + `)`
		for _, status := range list.Statuses {
			args = append(args, status)
		}
	}
	if list.AfterID != "" {
		query += ` AND (j.created_at, j.id) < (?, ?)`
		args = append(args, list.AfterCreatedAt, list.AfterID)
	}
	query += ` ORDER BY j.created_at DESC, j.id DESC`
	if list.Limit > 0 {
		query += ` LIMIT ?`
		args = append(args, list.Limit)
	}
	return query, args
}

// Files returns the dataset files of a job.
func (s *Store) Files(ctx context.Context, jobID string) ([]File, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT role, sha256, name FROM job_files WHERE job_id = ? ORDER BY role`, jobID)
	return collect(rows, err, func(row scanner) (f File, err error) {
		return f, row.Scan(&f.Role, &f.SHA256, &f.Name)
	})
}

// Fetched records the copy of a job's blob URL and forgets the token for it.
func (s *Store) Fetched(ctx context.Context, jobID string, f File) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := insertFile(ctx, tx, jobID, f); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE jobs SET secret = NULL WHERE id = ?`, jobID)
		return err
	})
}

// DeletedFrom reports whether a job of the project had this id and is deleted.
func (s *Store) DeletedFrom(ctx context.Context, projectID, id string) (bool, error) {
	var found bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM deleted_jobs WHERE id = ? AND project_id = ?)`, id, projectID).Scan(&found)
	return found, err
}

// DeleteJob removes an ended job with its events and artifacts. It returns the
// hashes of the files that the job referred to. ErrInUse: it has not ended. A
// *TargetedError: an endpoint answers with it.
func (s *Store) DeleteJob(ctx context.Context, id string) (hashes []string, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		var projectID string
		var status cloud.JobStatus
		if err := tx.QueryRowContext(ctx, `SELECT project_id, status FROM jobs WHERE id = ?`, id).Scan(&projectID, &status); err != nil {
			return orNotFound(err)
		}
		if !status.Terminal() {
			return ErrInUse
		}
		if err := refuseTargeted(ctx, tx, id); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx,
			`SELECT sha256 FROM artifacts WHERE job_id = ?1 UNION SELECT sha256 FROM job_files WHERE job_id = ?1`, id)
		hashes, err = collect(rows, err, func(row scanner) (h string, err error) { return h, row.Scan(&h) })
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM jobs WHERE id = ?`, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO deleted_jobs (id, project_id) VALUES (?, ?)`, id, projectID)
		return err
	})
	if err == nil {
		s.followed.notify(id)
	}
	return hashes, err
}

// Referenced reports whether anything still needs the blob with this hash.
func (s *Store) Referenced(ctx context.Context, sha256 string) (bool, error) {
	var found bool
	err := s.write.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM artifacts WHERE sha256 = ?1)
		OR EXISTS (SELECT 1 FROM datasets WHERE sha256 = ?1) OR EXISTS (SELECT 1 FROM job_files WHERE sha256 = ?1)`, sha256).Scan(&found)
	return found, err
}
