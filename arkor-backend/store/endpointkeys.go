package store

import (
	"context"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// EndpointKeys returns the keys of an endpoint, revoked ones too, oldest first.
func (s *Store) EndpointKeys(ctx context.Context, endpointID string) ([]cloud.EndpointKey, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, label, prefix, enabled, created_at, last_used_at FROM endpoint_keys
		WHERE endpoint_id = ? ORDER BY created_at, rowid`, endpointID)
	return collect(rows, err, func(row scanner) (k cloud.EndpointKey, err error) {
		return k, row.Scan(&k.ID, &k.Label, &k.Prefix, &k.Enabled, &k.CreatedAt, &k.LastUsedAt)
	})
}

// AddEndpointKey adds a key, of which the hash alone is kept. ErrNotFound: there
// is no such endpoint any more.
func (s *Store) AddEndpointKey(ctx context.Context, endpointID string, k cloud.EndpointKey, sha256 string) error {
	return s.change(ctx, ErrNotFound, `INSERT INTO endpoint_keys (id, endpoint_id, label, prefix, sha256, created_at)
		SELECT ?, id, ?, ?, ?, ? FROM endpoints WHERE id = ?`, k.ID, k.Label, k.Prefix, sha256, k.CreatedAt, endpointID)
}

// RevokeEndpointKey makes a key of an endpoint void for good; one that is void
// already stays so. ErrNotFound: the endpoint has no such key.
func (s *Store) RevokeEndpointKey(ctx context.Context, endpointID, id string) error {
	return s.change(ctx, ErrNotFound, `UPDATE endpoint_keys SET enabled = 0 WHERE id = ? AND endpoint_id = ?`, id, endpointID)
}

// UsableKey is a key that was not revoked.
type UsableKey struct{ ID, EndpointID, SHA256 string }

// KeyByHash returns the usable key with a hash, or ErrNotFound.
func (s *Store) KeyByHash(ctx context.Context, sha256 string) (k UsableKey, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT id, endpoint_id, sha256 FROM endpoint_keys WHERE sha256 = ? AND enabled`, sha256).
		Scan(&k.ID, &k.EndpointID, &k.SHA256)
	return k, orNotFound(err)
}
