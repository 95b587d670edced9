package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Run is one chat with an endpoint.
type Run struct {
	Seq        int64 // counts up with every run; set by the store
	ID         string
	EndpointID string
	CreatedAt  string
	Data       json.RawMessage // as the API shows it
}

// KeepRuns adds runs, but for those whose endpoint is gone or retains none, and
// notes when keys were last used.
func (s *Store) KeepRuns(ctx context.Context, runs []Run, keysUsed map[string]time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, run := range runs {
			_, err := tx.ExecContext(ctx, `INSERT INTO endpoint_runs (id, endpoint_id, created_at, data)
				SELECT ?, id, ?, ? FROM endpoints WHERE id = ? AND retention_mode <> 'disabled'`,
				run.ID, run.CreatedAt, string(run.Data), run.EndpointID)
			if err != nil {
				return err
			}
		}
		for id, at := range keysUsed {
			if _, err := tx.ExecContext(ctx, `UPDATE endpoint_keys SET last_used_at = ? WHERE id = ?`, cloud.Timestamp(at), id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Runs returns at most limit runs of an endpoint that are older than the one
// with the number before, newest first.
func (s *Store) Runs(ctx context.Context, endpointID string, before int64, limit int) ([]Run, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT seq, id, endpoint_id, created_at, data FROM endpoint_runs
		WHERE endpoint_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`, endpointID, before, limit)
	return collect(rows, err, func(row scanner) (r Run, err error) {
		var data string
		err = row.Scan(&r.Seq, &r.ID, &r.EndpointID, &r.CreatedAt, &data)
		r.Data = json.RawMessage(data)
		return r, err
	})
}

// DeleteRun removes a run of an endpoint. ErrNotFound: it has no such run.
func (s *Store) DeleteRun(ctx context.Context, endpointID, id string) error {
	return s.change(ctx, ErrNotFound, `DELETE FROM endpoint_runs WHERE endpoint_id = ? AND id = ?`, endpointID, id)
}

// DeleteRuns removes all runs of an endpoint.
func (s *Store) DeleteRuns(ctx context.Context, endpointID string) error {
	return s.deleteRuns(ctx, `endpoint_id = ?`, endpointID)
}

// SweepRuns removes the runs that their endpoints do not retain any more.
func (s *Store) SweepRuns(ctx context.Context, now time.Time) error {
	return s.deleteRuns(ctx, `EXISTS (SELECT 1 FROM endpoints e WHERE e.id = endpoint_id AND (e.retention_mode = 'disabled'
		OR e.retention_mode = 'days' AND julianday(endpoint_runs.created_at) < julianday(?) - e.retention_days))`, cloud.Timestamp(now))
}

// runsAtOnce is how many runs are deleted before others may write.
const runsAtOnce = 1000

func (s *Store) deleteRuns(ctx context.Context, where string, args ...any) error {
	for {
		var n int64
		err := s.tx(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, `DELETE FROM endpoint_runs WHERE seq IN
				(SELECT seq FROM endpoint_runs WHERE `+where+` LIMIT ?)`, append(args, runsAtOnce)...)
			if err != nil {
				return err
			}
			n, err = result.RowsAffected()
			return err
		})
		if err != nil || n < runsAtOnce {
			return err
		}
	}
}
