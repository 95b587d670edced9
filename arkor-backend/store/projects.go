package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Org returns the organisation with this slug, or ErrNotFound.
func (s *Store) Org(ctx context.Context, slug string) (cloud.Org, error) {
	return scanOrg(s.read.QueryRowContext(ctx, `SELECT id, slug, name FROM orgs WHERE slug = ?`, slug))
}

// OrgByID is Org by the id.
func (s *Store) OrgByID(ctx context.Context, id string) (cloud.Org, error) {
	return scanOrg(s.read.QueryRowContext(ctx, `SELECT id, slug, name FROM orgs WHERE id = ?`, id))
}

func scanOrg(row scanner) (cloud.Org, error) {
	var o cloud.Org
	err := row.Scan(&o.ID, &o.Slug, &o.Name)
	return o, orNotFound(err)
}

// CreateProject adds a project. ErrExists means that the slug is taken.
func (s *Store) CreateProject(ctx context.Context, p cloud.Project, now time.Time) error {
	return s.change(ctx, ErrExists,
		`INSERT INTO projects (id, org_id, slug, name, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (org_id, slug) DO NOTHING`,
		p.ID, p.OrgID, p.Slug, p.Name, cloud.Timestamp(now))
}

// Projects returns the projects of an organisation, oldest first.
func (s *Store) Projects(ctx context.Context, orgID string) ([]cloud.Project, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT id, slug, name, org_id FROM projects WHERE org_id = ? ORDER BY rowid`, orgID)
	return collect(rows, err, scanProject)
}

// Project returns one project of an organisation, or ErrNotFound.
func (s *Store) Project(ctx context.Context, orgID, slug string) (cloud.Project, error) {
	return scanProject(s.read.QueryRowContext(ctx,
		`SELECT id, slug, name, org_id FROM projects WHERE org_id = ? AND slug = ?`, orgID, slug))
}

type scanner interface{ Scan(...any) error }

func scanProject(row scanner) (cloud.Project, error) {
	var p cloud.Project
	err := row.Scan(&p.ID, &p.Slug, &p.Name, &p.OrgID)
	return p, orNotFound(err)
}

// collect reads all rows; the result is never nil, so that it is [] in JSON.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
