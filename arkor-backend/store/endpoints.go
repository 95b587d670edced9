package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

const endpointsQuery = `SELECT e.id, e.slug, p.org_id, e.project_id, e.target, e.auth_mode, e.enabled, e.retention_mode,
	e.retention_days, e.created_at, e.updated_at FROM endpoints e JOIN projects p ON p.id = e.project_id`

const endpointQuery = endpointsQuery + ` WHERE e.project_id = ?`

func scanEndpoint(row scanner) (cloud.Endpoint, error) {
	e := cloud.Endpoint{URLFormat: cloud.OpenAIFormat}
	var target []byte
	err := row.Scan(&e.ID, &e.Slug, &e.OrgID, &e.ProjectID, &target, &e.AuthMode, &e.Enabled, &e.RunRetentionMode,
		&e.RunRetentionDays, &e.CreatedAt, &e.UpdatedAt)
	if err != nil {
		return e, orNotFound(err)
	}
	return e, json.Unmarshal(target, &e.Target)
}

// Endpoints returns the endpoints of a project, newest first.
func (s *Store) Endpoints(ctx context.Context, projectID string) ([]cloud.Endpoint, error) {
	rows, err := s.read.QueryContext(ctx, endpointQuery+` ORDER BY e.created_at DESC, e.rowid DESC`, projectID)
	return collect(rows, err, scanEndpoint)
}

// Endpoint returns an endpoint of a project, or ErrNotFound.
func (s *Store) Endpoint(ctx context.Context, projectID, id string) (cloud.Endpoint, error) {
	return scanEndpoint(s.read.QueryRowContext(ctx, endpointQuery+` AND e.id = ?`, projectID, id))
}

// CreateEndpoint adds an endpoint and returns it as it is stored. ErrExists:
// the slug is taken, in whatever project. ErrTargetGone may come too.
func (s *Store) CreateEndpoint(ctx context.Context, e cloud.Endpoint) (made cloud.Endpoint, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		target, job, err := storedTarget(ctx, tx, e)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `INSERT INTO endpoints (id, project_id, slug, target, target_job, auth_mode, enabled,
			retention_mode, retention_days, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (slug) DO NOTHING`,
			e.ID, e.ProjectID, e.Slug, target, job, e.AuthMode, e.Enabled, e.RunRetentionMode, e.RunRetentionDays, e.CreatedAt, e.UpdatedAt)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orElse(err, ErrExists)
		}
		made, err = scanEndpoint(tx.QueryRowContext(ctx, endpointQuery+` AND e.id = ?`, e.ProjectID, e.ID))
		return err
	})
	return made, err
}

// ChangeEndpoint lets change edit an endpoint of a project: its target, who may
// call it, whether it answers, what it retains. ErrNotFound: there is no such
// endpoint. ErrTargetGone may come too.
func (s *Store) ChangeEndpoint(ctx context.Context, projectID, id string, now time.Time, change func(*cloud.Endpoint)) (e cloud.Endpoint, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if e, err = scanEndpoint(tx.QueryRowContext(ctx, endpointQuery+` AND e.id = ?`, projectID, id)); err != nil {
			return err
		}
		change(&e)
		e.UpdatedAt = cloud.Timestamp(now)
		target, job, err := storedTarget(ctx, tx, e)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE endpoints SET target = ?, target_job = ?, auth_mode = ?, enabled = ?,
			retention_mode = ?, retention_days = ?, updated_at = ? WHERE id = ?`,
			target, job, e.AuthMode, e.Enabled, e.RunRetentionMode, e.RunRetentionDays, e.UpdatedAt, e.ID)
		return err
	})
	return e, err
}

// storedTarget returns the columns of a target. ErrTargetGone: its job is not in
// the project of the endpoint.
func storedTarget(ctx context.Context, tx *sql.Tx, e cloud.Endpoint) (target string, job any, err error) {
	data, err := json.Marshal(e.Target)
	if err != nil || e.Target.Adapter == nil {
		return string(data), nil, err
	}
	var id string
	err = tx.QueryRowContext(ctx, `SELECT id FROM jobs WHERE id = ? AND project_id = ?`, e.Target.Adapter.JobID, e.ProjectID).Scan(&id)
	if err == sql.ErrNoRows {
		err = ErrTargetGone
	}
	return string(data), id, err
}

// DeleteEndpoint removes an endpoint of a project with its keys and runs, or returns
// ErrNotFound. Its slug is free again.
func (s *Store) DeleteEndpoint(ctx context.Context, projectID, id string) error {
	return s.change(ctx, ErrNotFound, `DELETE FROM endpoints WHERE id = ? AND project_id = ?`, id, projectID)
}

// TargetedError means that an endpoint needs a job.
type TargetedError struct{ Slug string }

func (e *TargetedError) Error() string {
	return fmt.Sprintf("the endpoint %q answers with this job", e.Slug)
}

// refuseTargeted returns a *TargetedError when an endpoint targets a job.
func refuseTargeted(ctx context.Context, tx *sql.Tx, jobID string) error {
	var slug string
	err := tx.QueryRowContext(ctx, `SELECT slug FROM endpoints WHERE target_job = ? ORDER BY slug LIMIT 1`, jobID).Scan(&slug)
	switch err {
	case nil:
		return &TargetedError{slug}
	case sql.ErrNoRows:
		return nil
	}
	return err
}

// EndpointBySlug returns the endpoint that is published under a slug, or
// ErrNotFound.
func (s *Store) EndpointBySlug(ctx context.Context, slug string) (cloud.Endpoint, error) {
	return scanEndpoint(s.read.QueryRowContext(ctx, endpointsQuery+` WHERE e.slug = ?`, slug))
}

// Publishes reports whether any endpoint is enabled.
func (s *Store) Publishes(ctx context.Context) (enabled bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM endpoints WHERE enabled)`).Scan(&enabled)
	return enabled, err
}
