package store

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// A database of the schema before webhooks, evals and runs opens with all that
// is in it, and takes the new things about the old.
func TestFourthSchemaIsMigrated(t *testing.T) {
	t.Parallel()
	path, ctx := filepath.Join(t.TempDir(), "backend.db"), t.Context()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{`PRAGMA user_version = 4`}
	for _, name := range []string{"0004_endpoints", "0003_job_pages", "0002_users", "0001_init"} {
		text, err := migrations.ReadFile("migrations/" + name + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		statements = append([]string{string(text)}, statements...)
	}
	const at = "'2026-03-04T05:06:07.000Z'"
	statements = append(statements,
		`INSERT INTO projects VALUES ('p', 'local', 'demo', 'Demo', `+at+`)`,
		`INSERT INTO jobs (id, project_id, name, status, config, created_at, completed_at, last_event) VALUES ('done', 'p', 'done', 'completed', '{"model":"m"}', `+at+`, `+at+`, 1)`,
		`INSERT INTO jobs (id, project_id, name, status, config, created_at) VALUES ('next', 'p', 'next', 'queued', '{"model":"m"}', `+at+`), ('last', 'p', 'last', 'queued', '{"model":"m"}', `+at+`)`,
		`INSERT INTO jobs (id, project_id, name, status, config, created_at, started_at) VALUES ('now', 'p', 'now', 'running', '{"model":"m"}', `+at+`, `+at+`)`,
		`INSERT INTO events VALUES ('done', 1, 'training.completed', '{"type":"training.completed"}')`,
		`INSERT INTO artifacts VALUES ('a', 'done', 'adapter', NULL, 'final/adapter_model.safetensors', 3, 'abc', `+at+`)`,
		`INSERT INTO endpoints VALUES ('e', 'p', 'bot', '{"kind":"adapter","adapter":{"kind":"final","jobId":"done"}}', 'done', 'fixed_api_key', 1, 'days', 7, `+at+`, `+at+`)`,
		`INSERT INTO endpoint_keys VALUES ('k', 'e', 'production', 'ark_live_abcd1234', 'hash', 1, `+at+`, NULL)`,
	)
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s := openStore(t, path)
	defer s.Close()
	if running, queued, err := s.Active(ctx); err != nil || running != 1 || queued != 2 {
		t.Errorf("%d run and %d wait, %v", running, queued, err)
	}
	e, err := s.EndpointBySlug(ctx, "bot")
	if err != nil || e.ID != "e" || !e.Enabled || e.Target.Adapter == nil || e.Target.Adapter.JobID != "done" {
		t.Errorf("endpoint %+v, %v", e, err)
	}
	if key, err := s.KeyByHash(ctx, "hash"); err != nil || key.EndpointID != "e" {
		t.Errorf("key %+v, %v", key, err)
	}
	if hook, err := s.Webhook(ctx, "done"); err != nil || hook != nil {
		t.Errorf("webhook %+v, %v", hook, err)
	}
	if _, ok, err := s.NextDelivery(ctx); err != nil || ok {
		t.Errorf("a message is due: %v, %v", ok, err)
	}
	if _, err := s.AddEval(ctx, "done", cloud.EvalResult{Name: "x", CreatedAt: cloud.Timestamp(time.Now())}); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"next", "last"} { // in the order in which they came
		if id, err := s.Claim(ctx); err != nil || id != want {
			t.Errorf("the next job is %q, %v, want %s", id, err, want)
		}
	}
}
