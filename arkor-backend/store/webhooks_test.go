package store

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Many messages of one project do not keep another's waiting.
func TestDeliveriesTakeTurns(t *testing.T) {
	t.Parallel()
	s := openStore(t, filepath.Join(t.TempDir(), "backend.db"))
	defer s.Close()
	ctx := t.Context()
	for _, statement := range []string{
		`INSERT INTO projects VALUES ('p', 'local', 'p', 'P', ''), ('q', 'local', 'q', 'Q', '')`,
		`INSERT INTO jobs (id, project_id, name, status, config, created_at) SELECT 'p' || value, 'p', '', 'completed', '{}', '' FROM json_each('[1,2,3,4]')`,
		`INSERT INTO jobs (id, project_id, name, status, config, created_at) SELECT 'q' || value, 'q', '', 'completed', '{}', '' FROM json_each('[7,8,9]')`,
		`INSERT INTO webhooks (job_id, id, url, status, due_at) SELECT id, id, '', 'pending', '2026-03-04T05:06:0' || substr(id, 2) || '.000Z' FROM jobs`,
	} {
		if _, err := s.write.ExecContext(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	now, _ := time.Parse(time.RFC3339, "2026-03-04T05:06:08Z") // q9 is not due
	due, err := s.DueDeliveries(ctx, now, 5)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range due {
		got = append(got, d.JobID)
	}
	if want := []string{"p1", "q7", "p2", "q8", "p3"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
