package store

import (
	"context"
	"database/sql"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Logs calls each with the data of every log event of a job behind the event
// called after, oldest first; the bytes are good until each returns. It returns
// the id of the last event of any type, and the steps with a checkpoint. All is
// of one moment.
func (s *Store) Logs(ctx context.Context, jobID string, after int64, each func(data []byte)) (last int64, checkpoints []int64, err error) {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	if err := tx.QueryRowContext(ctx, `SELECT last_event FROM jobs WHERE id = ?`, jobID).Scan(&last); err != nil {
		return 0, nil, orNotFound(err)
	}
	rows, err := tx.QueryContext(ctx, `SELECT data FROM events WHERE job_id = ? AND id > ? AND type = ? ORDER BY id`, jobID, after, cloud.EventLog)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	var data sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&data); err != nil {
			return 0, nil, err
		}
		each(data)
	}
	if err := rows.Err(); err != nil {
		return 0, nil, err
	}
	steps, err := tx.QueryContext(ctx, `SELECT DISTINCT step FROM artifacts WHERE job_id = ? AND step IS NOT NULL ORDER BY step`, jobID)
	checkpoints, err = collect(steps, err, func(row scanner) (step int64, err error) { return step, row.Scan(&step) })
	return last, checkpoints, err
}
