package store

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// 7.18: runs are kept for as many days as their endpoint says, for ever, or not
// at all.
func TestRunsAreSwept(t *testing.T) {
	t.Parallel()
	s := openStore(t, filepath.Join(t.TempDir(), "backend.db"))
	defer s.Close()
	ctx, now := t.Context(), time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	if err := s.CreateProject(ctx, cloud.Project{ID: "p", OrgID: "local", Slug: "p"}, now); err != nil {
		t.Fatal(err)
	}
	var runs []Run
	for slug, days := range map[string]int64{"week": 7, "month": 30, "always": 0} {
		e := cloud.Endpoint{ID: slug, ProjectID: "p", Slug: slug, AuthMode: cloud.AuthNone, RunRetentionMode: cloud.RetainDays, RunRetentionDays: days}
		if days == 0 {
			e.RunRetentionMode = cloud.RetainUnlimited
		}
		if _, err := s.CreateEndpoint(ctx, e); err != nil {
			t.Fatal(err)
		}
		for i := range 3 * runsAtOnce / 2 {
			age := []time.Duration{0, 7*24*time.Hour - time.Second, 7*24*time.Hour + time.Second, 40 * 24 * time.Hour}[i%4]
			runs = append(runs, Run{ID: fmt.Sprint(slug, i), EndpointID: slug, CreatedAt: cloud.Timestamp(now.Add(-age)), Data: json.RawMessage(`{}`)})
		}
	}
	if err := s.KeepRuns(ctx, append(runs, Run{ID: "x", EndpointID: "gone"}), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.SweepRuns(ctx, now); err != nil {
		t.Fatal(err)
	}
	const each = 3 * runsAtOnce / 8
	for slug, want := range map[string]int{"week": 2 * each, "month": 3 * each, "always": 4 * each, "gone": 0} {
		left, err := s.Runs(ctx, slug, 1<<62, 1<<20)
		if err != nil || len(left) != want {
			t.Errorf("%s: %d runs, %v, want %d", slug, len(left), err, want)
		}
	}
	if err := s.DeleteRuns(ctx, "always"); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Runs(ctx, "always", 1<<62, 1); err != nil || len(left) != 0 {
		t.Errorf("%d runs are left, %v", len(left), err)
	}
}
