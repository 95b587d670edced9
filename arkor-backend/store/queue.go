package store

import (
	"context"
	"database/sql"
	"fmt"
)

// QueueLimits bound how many jobs may wait; 0 means no bound.
type QueueLimits struct {
	Project int // of one project
	All     int
}

// QueueFullError says which limit a job would have broken.
type QueueFullError struct {
	Limit   int
	Project bool // the limit is that of one project
}

func (e *QueueFullError) Error() string {
	of := "the queue"
	if e.Project {
		of = "this project's part of the queue"
	}
	return fmt.Sprintf("%s is full: it holds %d already, the limit of this backend", of, e.Limit)
}

func (l QueueLimits) check(ctx context.Context, tx *sql.Tx, projectID string) error {
	if l == (QueueLimits{}) {
		return nil
	}
	var all, project int
	err := tx.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM jobs WHERE status = 'queued'),
		(SELECT count(*) FROM jobs WHERE status = 'queued' AND project_id = ?)`, projectID).Scan(&all, &project)
	switch {
	case err != nil:
		return err
	case l.Project > 0 && project >= l.Project:
		return &QueueFullError{l.Project, true}
	case l.All > 0 && all >= l.All:
		return &QueueFullError{l.All, false}
	}
	return nil
}

// nextRound is the round of a project's new job: behind those of its jobs that
// wait, and never in a round that is being served, so that what waits in it is
// not overtaken.
const nextRound = `SELECT 1 + max(queue.round,
	coalesce((SELECT max(round) FROM jobs WHERE status = 'queued' AND project_id = ?), 0)) FROM queue`

// Claim takes the job whose turn it is and marks it running, or returns
// ErrNotFound when none waits. Turns go by rounds, and by arrival within one.
func (s *Store) Claim(ctx context.Context) (id string, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		var round int64
		err := tx.QueryRowContext(ctx, `UPDATE jobs SET status = 'running'
			WHERE seq = (SELECT seq FROM jobs WHERE status = 'queued' ORDER BY round, seq LIMIT 1)
			RETURNING id, round`).Scan(&id, &round)
		if err != nil {
			return orNotFound(err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE queue SET round = max(round, ?)`, round)
		return err
	})
	return id, err
}

// Ahead counts the jobs that run, and those that wait and have their turn
// before a job that waits too.
func (s *Store) Ahead(ctx context.Context, id string) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM jobs WHERE status = 'running') + (SELECT count(*) FROM jobs
		WHERE status = 'queued' AND (round, seq) < (SELECT round, seq FROM jobs WHERE id = ?))`, id).Scan(&n)
	return n, err
}

// Running returns the ids of the jobs marked running, oldest first.
func (s *Store) Running(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id FROM jobs WHERE status = 'running' ORDER BY seq`)
	return collect(rows, err, func(row scanner) (id string, err error) { return id, row.Scan(&id) })
}

// Active counts the jobs that run and those that wait.
func (s *Store) Active(ctx context.Context) (running, queued int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(sum(status = 'running'), 0), coalesce(sum(status = 'queued'), 0)
		FROM jobs WHERE status IN ('running', 'queued')`).Scan(&running, &queued)
	return running, queued, err
}
