package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// MaxEvals is how many results of a job are kept, the newest.
const MaxEvals = 1000

// AddEval adds a result to a job and returns it as it is stored. ErrNotFound:
// there is no such job.
func (s *Store) AddEval(ctx context.Context, jobID string, result cloud.EvalResult) (cloud.EvalResult, error) {
	data, err := json.Marshal(result)
	if err != nil {
		return result, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO evals (job_id, data, created_at) SELECT id, ?, ? FROM jobs WHERE id = ? RETURNING id`,
			string(data), result.CreatedAt, jobID).Scan(&id)
		if err != nil {
			return orNotFound(err)
		}
		result.ID = strconv.FormatInt(id, 10)
		_, err = tx.ExecContext(ctx, `DELETE FROM evals WHERE job_id = ?1 AND id <=
			(SELECT id FROM evals WHERE job_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`, jobID, MaxEvals)
		return err
	})
	return result, err
}

// Evals returns the results of a job, oldest first.
func (s *Store) Evals(ctx context.Context, jobID string) ([]cloud.EvalResult, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, data, created_at FROM evals WHERE job_id = ? ORDER BY id`, jobID)
	return collect(rows, err, func(row scanner) (r cloud.EvalResult, err error) {
		var data []byte
		var id, at string
		if err := row.Scan(&id, &data, &at); err != nil {
			return r, err
		}
		err = json.Unmarshal(data, &r)
		r.ID, r.CreatedAt = id, at
		return r, err
	})
}
