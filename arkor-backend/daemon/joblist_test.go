package daemon_test

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// 6.11, 6.12
func TestJobsAreListedInPages(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	var ids []string
	for range 7 {
		ids = append(ids, b.create(config(fakeworker.Plan{Control: control.Address()})).ID)
	}
	b.want(b.do("POST", inDemo("/v1/jobs/"+ids[3]+"/cancel"), nil), 200, "")
	type page struct {
		Jobs       []cloud.Job
		NextCursor *string
	}
	get := func(query string) (p page, ids []string) {
		a := b.do("GET", inDemo("/v1/jobs"+query), nil)
		b.want(a, 200, "")
		if err := json.Unmarshal(a.body, &p); err != nil {
			t.Fatal(err)
		}
		for _, job := range p.Jobs {
			ids = append(ids, job.ID)
		}
		return p, ids
	}
	whole, all := get("")
	check(t, 7, len(all))
	if strings.Contains(b.do("GET", inDemo("/v1/jobs"), nil).text(), "nextCursor") {
		t.Error("a plain reader gets a cursor")
	}
	if !slices.IsSortedFunc(whole.Jobs, func(a, b cloud.Job) int { return strings.Compare(b.CreatedAt+b.ID, a.CreatedAt+a.ID) }) {
		t.Error("not newest first")
	}
	var paged []string
	query := "?limit=3"
	for {
		p, ids := get(query)
		paged = append(paged, ids...)
		if len(paged) == 3 {
			b.create(config(fakeworker.Plan{})) // does not shift the pages
		}
		if p.NextCursor == nil {
			break
		}
		query = "?limit=3&cursor=" + *p.NextCursor
	}
	check(t, all, paged)
	_, cancelled := get("?status=cancelled")
	check(t, []string{ids[3]}, cancelled)
	_, two := get("?status=cancelled&status=running")
	check(t, 2, len(two))
	last, one := get("?limit=1&status=cancelled")
	check(t, []any{[]string{ids[3]}, (*string)(nil)}, []any{one, last.NextCursor})
	first, _ := get("?limit=1&status=queued&status=running")
	_, next := get("?status=queued&status=running&cursor=" + *first.NextCursor) // 50 at most
	check(t, 6, len(next))
}

// 6.12: a cursor that was not given out is refused; so are limits out of bounds.
func TestJobPagesAreAskedForRightly(t *testing.T) {
	t.Parallel()
	b := start(t)
	position := func(text string) string { return "cursor=" + base64.RawURLEncoding.EncodeToString([]byte(text)) }
	const id = "7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c"
	b.want(b.do("GET", inDemo("/v1/jobs?"+position("2026-03-04T05:06:07.000Z "+id)), nil), 200, "")
	for query, code := range map[string]string{
		"cursor=":                                                  "invalid_cursor",
		"cursor=x":                                                 "invalid_cursor",
		position("2026-03-04T05:06:07.000Z"):                       "invalid_cursor",
		position("2026-03-04T05:06:07.000Z "):                      "invalid_cursor",
		position("2026-03-04T05:06:07.000Z x"):                     "invalid_cursor",
		position("2026-03-04T05:06:07Z " + id):                     "invalid_cursor",
		position("2026-03-04T05:06:07.000+02:00 " + id):            "invalid_cursor",
		position("2026-13-04T05:06:07.000Z " + id):                 "invalid_cursor",
		position("2026-03-04T05:06:07.000Z "+id) + "%3D":           "invalid_cursor",
		position("2026-03-04T05:06:07.000Z " + id + "' OR 1=1 --"): "invalid_cursor",
		"limit=0":                  "invalid_request",
		"limit=201":                "invalid_request",
		"limit=":                   "invalid_request",
		"limit=ten":                "invalid_request",
		"limit=1.0":                "invalid_request",
		"status=":                  "invalid_request",
		"status=all":               "invalid_request",
		"status=queued&status=all": "invalid_request",
	} {
		if a := b.do("GET", inDemo("/v1/jobs?"+query), nil); a.StatusCode != 400 || a.code() != code {
			t.Errorf("%s: %d %s", query, a.StatusCode, a.text())
		}
	}
}

// manyJobs gives the project so many ended jobs.
func manyJobs(b *backend, n int) {
	b.t.Helper()
	b.close()
	db, err := sql.Open("sqlite", string(b.options.Home)+"/backend.db")
	if err != nil {
		b.t.Fatal(err)
	}
	_, err = db.ExecContext(b.t.Context(), `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
		INSERT INTO jobs (id, project_id, name, status, config, created_at)
		SELECT printf('00000000-0000-4000-8000-%012d', n), (SELECT id FROM projects WHERE slug = 'demo'), 'run', iif(n % 100 = 0, 'failed', 'completed'),
			'{"model":"arkor/tiny","datasetSource":{"type":"huggingface","name":"acme/tickets"}}',
			strftime('%Y-%m-%dT%H:%M:%fZ', '2026-03-04', (n / 3) || ' seconds') FROM numbers`, n)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.open()
}

func TestManyJobsAreListed(t *testing.T) {
	t.Parallel()
	b := start(t)
	manyJobs(b, 10_000)
	type page struct {
		Jobs       []cloud.Job
		NextCursor *string
	}
	check(t, 10_000, len(read[page](b.do("GET", inDemo("/v1/jobs"), nil)).Jobs))
	seen, query := map[string]bool{}, "/v1/jobs?limit=200"
	for pages := 0; ; pages++ {
		p := read[page](b.do("GET", inDemo(query), nil))
		for _, job := range p.Jobs {
			seen[job.ID] = true
		}
		if p.NextCursor == nil {
			check(t, []int{49, 10_000}, []int{pages, len(seen)})
			break
		}
		query = "/v1/jobs?limit=200&cursor=" + *p.NextCursor
	}
	check(t, 100, len(read[page](b.do("GET", inDemo("/v1/jobs?status=failed&limit=200"), nil)).Jobs))
}

func BenchmarkManyJobs(b *testing.B) {
	backend := start(b)
	manyJobs(backend, 10_000)
	for name, query := range map[string]string{"all": "", "page": "?limit=50", "failed": "?limit=50&status=failed"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				backend.do("GET", inDemo("/v1/jobs"+query), nil)
			}
		})
	}
}

// A page that was asked for before is not an old one.
func TestPagesShowEveryChangeAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	page := func(want ...string) {
		t.Helper()
		var p struct{ Jobs []cloud.Job }
		for range 2 { // the second time it may be one that is kept
			a := b.do("GET", inDemo("/v1/jobs?limit=50"), nil)
			b.want(a, 200, "")
			if err := json.Unmarshal(a.body, &p); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, job := range p.Jobs {
				got = append(got, job.ID+" "+string(job.Status))
			}
			slices.Sort(got)
			slices.Sort(want)
			check(t, strings.Join(want, "\n"), strings.Join(got, "\n"))
		}
	}
	page()
	control := fakeworker.NewControl(t)
	first := b.create(config(fakeworker.Plan{Control: control.Address()})).ID
	control.Next()
	b.eventsUntil(first, "", isEvent(cloud.EventStarted))
	page(first + " running")
	second := b.create(config(fakeworker.Plan{})).ID
	page(first+" running", second+" queued")
	b.want(b.do("POST", inDemo("/v1/jobs/"+second+"/cancel"), nil), 200, "")
	page(first+" running", second+" cancelled")
	b.want(b.do("DELETE", inDemo("/v1/jobs/"+second), nil), 204, "")
	page(first + " running")
}
