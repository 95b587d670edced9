package store

import (
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// A database of the first release opens, with what is in it.
func TestFirstSchemaIsMigrated(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "backend.db")
	first, err := migrations.ReadFile("migrations/0001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{string(first), `PRAGMA user_version = 1`,
		`INSERT INTO projects VALUES ('p', 'local', 'demo', 'Demo', '2026-03-04T05:06:07.000Z')`} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	known, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // migrated, then opened as it is
		s := openStore(t, path)
		if p, err := s.Project(t.Context(), "local", "demo"); err != nil || p.ID != "p" {
			t.Errorf("project %+v, %v", p, err)
		}
		var version int
		if err := s.read.QueryRowContext(t.Context(), `PRAGMA user_version`).Scan(&version); err != nil || version != len(known) {
			t.Errorf("schema %d of %d, %v", version, len(known), err)
		}
		if _, err := s.SignedIn(t.Context(), "https://login.test", "ada", nil, "local", time.Now()); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	s := openStore(t, filepath.Join(t.TempDir(), "backend.db"))
	ctx, now := t.Context(), time.Now()
	team := cloud.Org{ID: "team", Slug: "team", Name: "Team"}
	for range 2 {
		if err := s.AddOrg(ctx, team); err != nil {
			t.Fatal(err)
		}
	}
	signIn := func(issuer, subject string, email *string) User {
		t.Helper()
		u, err := s.SignedIn(ctx, issuer, subject, email, "team", now)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	text := func(s string) *string { return &s }
	ada := signIn("a", "ada", text("ada@a.test"))
	for _, step := range []struct{ given, kept *string }{
		{nil, text("ada@a.test")}, {text("ada@a.test"), text("ada@a.test")}, {text("ada@b.test"), text("ada@b.test")},
	} {
		if diff := cmp.Diff(User{ada.ID, "team", step.kept}, signIn("a", "ada", step.given)); diff != "" {
			t.Error(diff)
		}
	}
	if other := signIn("b", "ada", nil); other.ID == ada.ID || other.Email != nil {
		t.Errorf("the same subject of another provider is %+v", other)
	}

	org := cloud.Org{ID: "o1", Slug: "anon-1", Name: "Personal"}
	if err := s.AddAnonymous(ctx, "u1", org, "cli", "hash", now); err != nil {
		t.Fatal(err)
	}
	org.ID = "o2"
	if err := s.AddAnonymous(ctx, "u2", org, "cli", "hash2", now); !errors.Is(err, ErrExists) {
		t.Errorf("the same slug twice: %v", err)
	}
	if u, err := s.Anonymous(ctx, "hash"); err != nil || u != (User{ID: "u1", OrgID: "o1"}) {
		t.Errorf("%+v, %v", u, err)
	}
	for _, hash := range []string{"hash2", ""} {
		if u, err := s.Anonymous(ctx, hash); !errors.Is(err, ErrNotFound) {
			t.Errorf("hash %q: %+v, %v", hash, u, err)
		}
	}
}
