package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// User is a caller other than the owner, and the one organisation that they
// are a member of.
type User struct {
	ID    string
	OrgID string
	Email *string
}

// AddOrg adds an organisation unless it is there.
func (s *Store) AddOrg(ctx context.Context, o cloud.Org) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO orgs (id, slug, name) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`, o.ID, o.Slug, o.Name)
		return err
	})
}

// AddAnonymous adds an anonymous user with an organisation of their own.
// ErrExists means that the slug of the organisation is taken.
func (s *Store) AddAnonymous(ctx context.Context, id string, org cloud.Org, kind, tokenSHA256 string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO orgs (id, slug, name) VALUES (?, ?, ?) ON CONFLICT (slug) DO NOTHING`, org.ID, org.Slug, org.Name)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orElse(err, ErrExists)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO users (id, org_id, kind, token_sha256, created_at) VALUES (?, ?, ?, ?, ?)`,
			id, org.ID, kind, tokenSHA256, cloud.Timestamp(now))
		return err
	})
}

const userQuery = `SELECT id, org_id, email FROM users WHERE `

func scanUser(row scanner) (User, error) {
	var u User
	err := row.Scan(&u.ID, &u.OrgID, &u.Email)
	return u, orNotFound(err)
}

// Anonymous returns the anonymous user whose token has this hash, or ErrNotFound.
func (s *Store) Anonymous(ctx context.Context, tokenSHA256 string) (User, error) {
	return scanUser(s.read.QueryRowContext(ctx, userQuery+`token_sha256 = ?`, tokenSHA256))
}

// SignedIn returns the user whom a provider knows by a subject. One who comes
// for the first time becomes a member of the organisation. An email that is not
// nil replaces the one on file.
func (s *Store) SignedIn(ctx context.Context, issuer, subject string, email *string, orgID string, now time.Time) (User, error) {
	const query = userQuery + `issuer = ? AND subject = ?`
	u, err := scanUser(s.read.QueryRowContext(ctx, query, issuer, subject))
	if err != nil && err != ErrNotFound || err == nil && (email == nil || u.Email != nil && *u.Email == *email) {
		return u, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO users (id, org_id, issuer, subject, email, created_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (issuer, subject) DO UPDATE SET email = coalesce(excluded.email, email)`,
			uuid.NewString(), orgID, issuer, subject, email, cloud.Timestamp(now))
		if err != nil {
			return err
		}
		u, err = scanUser(tx.QueryRowContext(ctx, query, issuer, subject))
		return err
	})
	return u, err
}
