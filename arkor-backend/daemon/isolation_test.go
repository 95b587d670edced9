package daemon_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// tenant is an anonymous identity with a project, a dataset and a job that
// ended.
type tenant struct {
	*backend
	scope   cloud.Scope
	dataset string
	job     string
	file    string // of the job
}

// published is a tenant with an endpoint that answers with the job.
type published struct {
	tenant
	endpoint string
	key      string
}

func (n tenant) publish(slug string) published {
	n.t.Helper()
	a := n.do("POST", n.in("/v1/endpoints"), `{"slug":"`+slug+`","authMode":"none","target":`+final(n.job)+`}`)
	n.want(a, 201, "")
	p := published{tenant: n, endpoint: read[deployment](a).Deployment.ID}
	a = n.do("POST", n.in("/v1/endpoints/"+p.endpoint+"/keys"), `{"label":"production"}`)
	n.want(a, 201, "")
	p.key = read[newKey](a).Key.ID
	return p
}

func (n tenant) in(path string) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + "orgSlug=" + n.scope.OrgSlug + "&projectSlug=" + n.scope.ProjectSlug
}

// newTenant moves in; data is the dataset.
func newTenant(b *backend, data string) tenant {
	b.t.Helper()
	made, guest := b.mint()
	n := tenant{backend: guest, scope: cloud.Scope{OrgSlug: made.PersonalOrg.Slug, ProjectSlug: "demo"}, dataset: idOf(data)}
	if _, err := guest.client.CreateProject(b.t.Context(), n.scope.OrgSlug, "Demo", "demo"); err != nil {
		b.t.Fatal(err)
	}
	n.want(n.do("POST", n.in("/v1/datasets"), data), 201, "")
	a := n.do("POST", n.in("/v1/jobs"), n.submission())
	n.want(a, 201, "")
	var answer struct {
		Job       cloud.Job
		Artifacts []cloud.Artifact
	}
	if err := json.Unmarshal(a.body, &answer); err != nil {
		b.t.Fatal(err)
	}
	n.job = answer.Job.ID
	n.want(n.do("GET", n.in("/v1/jobs/"+n.job+"/events/stream"), nil), 200, "") // to its end
	a = n.do("GET", n.in("/v1/jobs/"+n.job+"/artifacts"), nil)
	if err := json.Unmarshal(a.body, &answer); err != nil || len(answer.Artifacts) == 0 {
		b.t.Fatalf("artifacts %s, %v", a.text(), err)
	}
	n.file = answer.Artifacts[0].ID
	return n
}

func (n tenant) submission() map[string]any {
	body := config(fakeworker.Plan{})
	body["datasetSource"] = map[string]string{"type": "file", "datasetId": n.dataset}
	return map[string]any{"name": "run", "config": body}
}

func TestTenantsDoNotMeet(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	b := start(t, anonymous, signIn(p))
	a, other := newTenant(b, sample).publish("one"), newTenant(b, strings.Replace(sample, "hi", "ho", 1)).publish("other")
	adapter := `"adapter":{"kind":"final","jobId":"` + a.job + `"},"stream":false`
	routes := []struct {
		method, path string
		body         any
		status       int // for another's id in one's own project; 0: the route has none
		code         string
	}{
		{"GET", "/v1/projects", nil, 0, ""},
		{"POST", "/v1/projects", `{"name":"x","slug":"x"}`, 0, ""},
		{"GET", "/v1/jobs", nil, 0, ""},
		{"POST", "/v1/jobs", a.submission(), 400, "dataset_not_found"},
		{"POST", "/v1/preview", a.submission(), 400, "dataset_not_found"},
		{"POST", "/v1/estimate", a.submission(), 400, "dataset_not_found"},
		{"GET", "/v1/jobs/" + a.job, nil, 404, "job_not_found"},
		{"DELETE", "/v1/jobs/" + a.job, nil, 404, "job_not_found"},
		{"POST", "/v1/jobs/" + a.job + "/cancel", nil, 404, "job_not_found"},
		{"POST", "/v1/jobs/" + a.job + "/resume", "{}", 404, "job_not_found"},
		{"GET", "/v1/jobs/" + a.job + "/events/stream", nil, 404, "job_not_found"},
		{"GET", "/v1/jobs/" + a.job + "/artifacts", nil, 404, "job_not_found"},
		{"GET", "/v1/jobs/" + a.job + "/artifacts/" + a.file, nil, 404, "job_not_found"},
		{"GET", "/v1/jobs/" + other.job + "/artifacts/" + a.file, nil, 404, "artifact_not_found"},
		{"GET", "/v1/datasets", nil, 0, ""},
		{"POST", "/v1/datasets", "{}\n", 0, ""},
		{"GET", "/v1/datasets/" + a.dataset, nil, 404, "dataset_not_found"},
		{"DELETE", "/v1/datasets/" + a.dataset, nil, 404, "dataset_not_found"},
		{"GET", "/v1/jobs/" + a.job + "/metrics", nil, 404, "job_not_found"},
		{"GET", "/v1/jobs/" + a.job + "/evals", nil, 404, "job_not_found"},
		{"POST", "/v1/jobs/" + a.job + "/evals", `{"name":"x","target":{"kind":"final"},"count":0,"failed":0}`, 404, "job_not_found"},
		{"GET", "/v1/endpoints", nil, 0, ""},
		{"POST", "/v1/endpoints", `{"slug":"ab","authMode":"none","target":` + final(a.job) + `}`, 400, "invalid_target"},
		{"GET", "/v1/endpoints/" + a.endpoint, nil, 404, "endpoint_not_found"},
		{"PATCH", "/v1/endpoints/" + a.endpoint, `{"enabled":false}`, 404, "endpoint_not_found"},
		{"PATCH", "/v1/endpoints/" + other.endpoint, `{"target":` + final(a.job) + `}`, 400, "invalid_target"},
		{"DELETE", "/v1/endpoints/" + a.endpoint, nil, 404, "endpoint_not_found"},
		{"GET", "/v1/endpoints/" + a.endpoint + "/keys", nil, 404, "endpoint_not_found"},
		{"POST", "/v1/endpoints/" + a.endpoint + "/keys", `{"label":"x"}`, 404, "endpoint_not_found"},
		{"DELETE", "/v1/endpoints/" + a.endpoint + "/keys/" + a.key, nil, 404, "endpoint_not_found"},
		{"DELETE", "/v1/endpoints/" + other.endpoint + "/keys/" + a.key, nil, 404, "key_not_found"},
		{"GET", "/v1/endpoints/" + a.endpoint + "/runs", nil, 404, "endpoint_not_found"},
		{"DELETE", "/v1/endpoints/" + a.endpoint + "/runs", nil, 404, "endpoint_not_found"},
		{"DELETE", "/v1/endpoints/" + a.endpoint + "/runs/x", nil, 404, "endpoint_not_found"},
		{"POST", "/v1/inference/chat", say("Hello", adapter), 404, "job_not_found"},
	}
	strangers := map[string]*backend{
		"another anonymous one": other.backend, "a signed-in one": b.as(p.Issue(nil)), "the owner": b,
	}
	for _, r := range routes {
		for who, stranger := range strangers {
			if got := stranger.do(r.method, a.in(r.path), r.body); got.StatusCode != 403 || got.code() != "not_a_member" {
				t.Errorf("%s %s by %s: %d %s", r.method, r.path, who, got.StatusCode, got.text())
			}
		}
		if r.status == 0 {
			continue
		}
		if got := other.do(r.method, other.in(r.path), r.body); got.StatusCode != r.status || got.code() != r.code {
			t.Errorf("%s %s in one's own project: %d %s", r.method, r.path, got.StatusCode, got.text())
		}
	}
	for who, stranger := range strangers {
		if who != "the owner" {
			stranger.want(stranger.do("GET", "/v1/backend", nil), 403, "owner_only")
			stranger.want(stranger.do("POST", "/v1/backend/stop", "{}"), 403, "owner_only")
		}
	}

	// The first tenant still has everything, and may do all of it.
	a.want(a.do("GET", a.in("/v1/datasets/"+a.dataset), nil), 200, "")
	a.want(a.do("GET", a.in("/v1/jobs/"+a.job+"/artifacts/"+a.file), nil), 200, "")
	a.want(a.do("POST", a.in("/v1/inference/chat"), say("Hello", adapter)), 200, "")
	if got := a.do("GET", a.in("/v1/endpoints/"+a.endpoint), nil).text(); !strings.Contains(got, `"enabled":true`) {
		t.Errorf("endpoint %s", got)
	}
	if got := a.do("GET", a.in("/v1/endpoints/"+a.endpoint+"/keys"), nil).text(); !strings.Contains(got, `"enabled":true`) {
		t.Errorf("keys %s", got)
	}

	// Lists hold one's own.
	if got := other.do("GET", other.in("/v1/jobs"), nil).text(); strings.Contains(got, a.job) || !strings.Contains(got, other.job) {
		t.Errorf("jobs of the other: %s", got)
	}
	for _, list := range []string{"/v1/datasets", "/v1/projects", "/v1/endpoints"} {
		if got := other.do("GET", other.in(list), nil).text(); strings.Contains(got, a.dataset) || strings.Contains(got, a.endpoint) || strings.Contains(got, a.scope.OrgSlug) {
			t.Errorf("%s of the other: %s", list, got)
		}
	}
}

// What is the same is kept once, and yet everybody has their own.
func TestTenantsWithTheSameThings(t *testing.T) {
	t.Parallel()
	b := start(t, anonymous)
	a, other := newTenant(b, sample), newTenant(b, sample)
	first := a.do("POST", a.in("/v1/jobs"), a.submission(), "Idempotency-Key", "k")
	a.want(first, 201, "")
	second := other.do("POST", other.in("/v1/jobs"), other.submission(), "Idempotency-Key", "k")
	other.want(second, 201, "") // and not the job of the other
	var one, two struct{ Job cloud.Job }
	if json.Unmarshal(first.body, &one) != nil || json.Unmarshal(second.body, &two) != nil || one.Job.ID == two.Job.ID {
		t.Errorf("%s and %s", first.text(), second.text())
	}
	for _, n := range []tenant{a, other} {
		for _, id := range []string{one.Job.ID, two.Job.ID} {
			_ = n.do("GET", n.in("/v1/jobs/"+id+"/events/stream"), nil) // to its end
		}
	}
	other.want(other.do("DELETE", other.in("/v1/datasets/"+other.dataset), nil), 204, "")
	a.want(a.do("GET", a.in("/v1/datasets/"+a.dataset), nil), 200, "")
	a.want(a.do("POST", a.in("/v1/jobs"), a.submission()), 201, "")

	// A job that is gone is gone for its owner, and unknown to others.
	a.want(a.do("DELETE", a.in("/v1/jobs/"+a.job), nil), 204, "")
	a.want(a.do("GET", a.in("/v1/jobs/"+a.job+"/events/stream"), nil), 410, "job_deleted")
	other.want(other.do("GET", other.in("/v1/jobs/"+a.job+"/events/stream"), nil), 404, "job_not_found")
}
