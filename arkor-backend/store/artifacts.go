package store

import (
	"context"
	"database/sql"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

const artifactQuery = `SELECT id, kind, step, name, size, sha256, created_at FROM artifacts WHERE job_id = ?`

func scanArtifact(row scanner) (a cloud.Artifact, err error) {
	err = row.Scan(&a.ID, &a.Kind, &a.Step, &a.Name, &a.Size, &a.SHA256, &a.CreatedAt)
	return a, orNotFound(err)
}

// Artifacts returns the files of a job by step, then name; the final ones last.
func (s *Store) Artifacts(ctx context.Context, jobID string) ([]cloud.Artifact, error) {
	rows, err := s.read.QueryContext(ctx, artifactQuery+` ORDER BY step IS NULL, step, name`, jobID)
	return collect(rows, err, scanArtifact)
}

// Artifact returns one file of a job, or ErrNotFound.
func (s *Store) Artifact(ctx context.Context, jobID, id string) (cloud.Artifact, error) {
	return scanArtifact(s.read.QueryRowContext(ctx, artifactQuery+` AND id = ?`, jobID, id))
}

func insertArtifacts(ctx context.Context, tx *sql.Tx, jobID string, artifacts []cloud.Artifact) error {
	for _, a := range artifacts {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO artifacts (id, job_id, kind, step, name, size, sha256, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			a.ID, jobID, a.Kind, a.Step, a.Name, a.Size, a.SHA256, a.CreatedAt)
		if err != nil {
			return err
		}
	}
	return nil
}
