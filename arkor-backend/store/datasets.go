package store

import (
	"context"
	"database/sql"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// AddDataset makes a file visible in a project. It returns the row that is
// there now and whether it is new.
func (s *Store) AddDataset(ctx context.Context, projectID, sha256 string, d cloud.Dataset) (row cloud.Dataset, added bool, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO datasets (project_id, sha256, size, content_type, filename, created_at)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, projectID, sha256, d.Size, d.ContentType, d.Filename, d.CreatedAt)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		added = n > 0
		row, err = scanDataset(tx.QueryRowContext(ctx, datasetQuery+` AND sha256 = ?`, projectID, sha256))
		return err
	})
	return row, added, err
}

const datasetQuery = `SELECT sha256, size, content_type, filename, created_at FROM datasets WHERE project_id = ?`

func scanDataset(row scanner) (cloud.Dataset, error) {
	var d cloud.Dataset
	err := row.Scan(&d.ID, &d.Size, &d.ContentType, &d.Filename, &d.CreatedAt)
	d.ID = "sha256:" + d.ID
	return d, orNotFound(err)
}

// Dataset returns a file of a project, or ErrNotFound.
func (s *Store) Dataset(ctx context.Context, projectID, sha256 string) (cloud.Dataset, error) {
	return scanDataset(s.read.QueryRowContext(ctx, datasetQuery+` AND sha256 = ?`, projectID, sha256))
}

// Datasets returns the files of a project, newest first.
func (s *Store) Datasets(ctx context.Context, projectID string) ([]cloud.Dataset, error) {
	rows, err := s.read.QueryContext(ctx, datasetQuery+` ORDER BY created_at DESC, sha256`, projectID)
	return collect(rows, err, scanDataset)
}

// DeleteDataset takes a file out of a project. ErrInUse: a job that has not
// ended needs it.
func (s *Store) DeleteDataset(ctx context.Context, projectID, sha256 string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var used bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM job_files f JOIN jobs j ON j.id = f.job_id
			WHERE f.sha256 = ? AND j.project_id = ? AND j.status IN ('queued', 'running'))`, sha256, projectID).Scan(&used)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM datasets WHERE project_id = ? AND sha256 = ?`, projectID, sha256)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		switch {
		case err != nil:
			return err
		case n == 0:
			return ErrNotFound
		case used:
			return ErrInUse
		}
		return nil
	})
}
