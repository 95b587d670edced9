package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// 6.12: a page costs what is on it, however many jobs there are: its query walks
// an index in order instead of sorting.
func TestPagesOfJobsUseAnIndex(t *testing.T) {
	t.Parallel()
	s := openStore(t, filepath.Join(t.TempDir(), "backend.db"))
	for name, list := range map[string]ListJobs{
		"first":  {ProjectID: "p", Limit: 51},
		"next":   {ProjectID: "p", Limit: 51, AfterCreatedAt: "2026-03-04T05:06:07.000Z", AfterID: "x"},
		"status": {ProjectID: "p", Limit: 51, Statuses: []string{"failed"}, AfterCreatedAt: "2026-03-04T05:06:07.000Z", AfterID: "x"},
		"all":    {ProjectID: "p"},
	} {
		query, args := list.query()
		rows, err := s.read.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, args...)
		steps, err := collect(rows, err, func(row scanner) (text string, err error) {
			var unused any
			return text, row.Scan(&unused, &unused, &unused, &text)
		})
		if err != nil {
			t.Fatal(err)
		}
		index := "INDEX jobs_by_project (project_id"
		if name == "status" {
			index = "INDEX jobs_by_project_status (project_id"
		}
		if plan := strings.Join(steps, "\n"); !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN j") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}
