package daemon_test

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type deployment struct{ Deployment cloud.Endpoint }

const baseTarget = `{"kind":"base_model","baseModel":"arkor/tiny"}`

func final(jobID string) string {
	return `{"kind":"adapter","adapter":{"kind":"final","jobId":"` + jobID + `"}}`
}

// publish creates an endpoint; more is further fields.
func (b *backend) publish(slug, target, more string) answer {
	return b.do("POST", inDemo("/v1/endpoints"), `{"slug":"`+slug+`","target":`+target+`,"authMode":"fixed_api_key"`+more+`}`)
}

func (b *backend) endpoint(slug string) cloud.Endpoint {
	b.t.Helper()
	a := b.publish(slug, baseTarget, "")
	b.want(a, 201, "")
	return read[deployment](a).Deployment
}

// 7.15, 7.18, 7.19, 9.3: what a new endpoint looks like.
func TestEndpointIsCreated(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	a := b.publish("support-bot", final(job.ID), `,"enabled":false,"unknown":{"x":1}`)
	b.want(a, 201, "")
	made := read[struct{ Deployment map[string]any }](a).Deployment
	id, created := made["id"], made["createdAt"]
	check(t, map[string]any{
		"id": id, "slug": "support-bot", "orgId": "local", "projectId": job.ProjectID,
		"target":   map[string]any{"kind": "adapter", "adapter": map[string]any{"kind": "final", "jobId": job.ID}},
		"authMode": "fixed_api_key", "urlFormat": "openai_compat", "enabled": true, "customDomain": nil,
		"runRetentionMode": "days", "runRetentionDays": 7.0, "createdAt": created, "updatedAt": created,
		"url": b.client.BaseURL + "/e/support-bot/v1",
	}, made)
	same := read[struct{ Deployment map[string]any }](b.do("GET", inDemo("/v1/endpoints/"+id.(string)), nil)).Deployment
	check(t, made, same)

	// Newest first, and without a number of days where it means nothing.
	b.want(b.publish("base-demo", baseTarget, `,"runRetentionMode":"disabled"`), 201, "")
	a = b.do("GET", inDemo("/v1/endpoints"), nil)
	b.want(a, 200, "")
	list := read[struct{ Deployments []map[string]any }](a).Deployments
	check(t, []any{"base-demo", "support-bot"}, []any{list[0]["slug"], list[1]["slug"]})
	check(t, "disabled", list[0]["runRetentionMode"])
	if _, ok := list[0]["runRetentionDays"]; ok {
		t.Errorf("days of an endpoint that retains nothing: %v", list[0])
	}
	check(t, map[string]any{"kind": "base_model", "baseModel": "arkor/tiny"}, list[0]["target"])
}

// 7.17: slugs.
func TestEndpointSlugs(t *testing.T) {
	t.Parallel()
	b := start(t, anonymous)
	for _, slug := range []string{"ab", "0-9", "a--b", strings.Repeat("a", 50)} {
		b.want(b.publish(slug, baseTarget, ""), 201, "")
	}
	for _, slug := range []string{"", "a", "-a", "a-", "A1", "a_b", "a.b", "a/b", "äb", `a\nb`, strings.Repeat("a", 51),
		"www", "api", "admin", "app", "auth", "docs", "status", "studio", "mail", "static", "cdn"} {
		b.want(b.publish(slug, baseTarget, ""), 400, "invalid_slug")
	}
	for _, slug := range []string{`null`, `7`, `["ab"]`} {
		b.want(b.do("POST", inDemo("/v1/endpoints"), `{"slug":`+slug+`,"target":`+baseTarget+`,"authMode":"none"}`), 400, "invalid_slug")
	}
	b.want(b.publish("ab", baseTarget, ""), 409, "slug_taken")

	// Taken in whatever project, and free again when it is deleted.
	guest := newTenant(b, sample)
	body := `{"slug":"ab","target":` + baseTarget + `,"authMode":"none"}`
	b.want(guest.do("POST", guest.in("/v1/endpoints"), body), 409, "slug_taken")
	list := read[struct{ Deployments []cloud.Endpoint }](b.do("GET", inDemo("/v1/endpoints"), nil)).Deployments
	for _, e := range list {
		b.want(b.do("DELETE", inDemo("/v1/endpoints/"+e.ID), nil), 204, "")
	}
	b.want(guest.do("POST", guest.in("/v1/endpoints"), body), 201, "")
	check(t, `{"deployments":[]}`, b.do("GET", inDemo("/v1/endpoints"), nil).text())
}

// 7.16: a target has to be there, and in this project.
func TestEndpointTargets(t *testing.T) {
	t.Parallel()
	b := start(t, anonymous)
	other := newTenant(b, sample)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	for worker.AtStep() < 3 {
		worker.Do("go")
	}
	b.eventsUntil(job.ID, "", isEvent(cloud.EventCheckpoint))
	checkpoint := func(rest string) string {
		return `{"kind":"adapter","adapter":{"kind":"checkpoint","jobId":"` + job.ID + `"` + rest + `}}`
	}
	for target, want := range map[string]string{
		checkpoint(`,"step":2`):   "201",
		checkpoint(`,"step":2.0`): "201",
		baseTarget:                "201",
		final(job.ID):             "409 adapter_not_ready", // as in a chat
		checkpoint(`,"step":4`):   "409 adapter_not_ready",
		checkpoint(`,"step":1`):   "400 invalid_target",
		checkpoint(``):            "400 invalid_target",
		checkpoint(`,"step":-1`):  "400 invalid_target",
		checkpoint(`,"step":1.5`): "400 invalid_target",
		checkpoint(`,"step":"2"`): "400 invalid_target",
		final("unknown"):          "400 invalid_target",
		final("../" + job.ID):     "400 invalid_target",
		final(other.job):          "400 invalid_target",
		`null`:                    "400 invalid_target",
		`"arkor/tiny"`:            "400 invalid_target",
		`{}`:                      "400 invalid_target",
		`{"kind":"adapter"}`:      "400 invalid_target",
		`{"kind":"base_model"}`:   "400 invalid_target",
		`{"kind":"model","baseModel":"arkor/tiny"}`:                                       "400 invalid_target",
		`{"kind":"adapter","baseModel":"arkor/tiny"}`:                                     "400 invalid_target",
		`{"kind":"base_model","adapter":{"kind":"final","jobId":"` + other.job + `"}}`:    "400 invalid_target",
		`{"kind":"base_model","baseModel":"m","adapter":{"kind":"final","jobId":"x"}}`:    "400 invalid_target",
		`{"kind":"adapter","adapter":{"kind":"final","jobId":"` + job.ID + `","step":2}}`: "400 invalid_target",
		`{"kind":"adapter","adapter":{"kind":"latest","jobId":"` + job.ID + `"}}`:         "400 invalid_target",
		`{"kind":"base_model","baseModel":""}`:                                            "400 invalid_config",
		`{"kind":"base_model","baseModel":"acme/huge"}`:                                   "400 unknown_model",
		`{"kind":"base_model","baseModel":"/etc"}`:                                        "400 invalid_config",
	} {
		a := b.publish("target-"+itoa(len(target)), target, "")
		if got := strings.TrimSpace(itoa(a.StatusCode) + " " + a.code()); got != want {
			t.Errorf("%s: %s, want %s: %s", target, got, want, a.text())
		}
		if a.StatusCode == 201 {
			b.want(b.do("DELETE", inDemo("/v1/endpoints/"+read[deployment](a).Deployment.ID), nil), 204, "")
		}
	}
	// Nobody learns from the answer whether a job of others exists.
	check(t, strings.ReplaceAll(b.publish("spy", final("unknown"), "").text(), "unknown", other.job), b.publish("spy", final(other.job), "").text())

	// A job that ended without it will never have it.
	worker.Do("fail")
	b.events(job.ID, "")
	b.want(b.publish("never", final(job.ID), ""), 400, "invalid_target")
	// A guest may not name folders of the machine.
	b.want(other.do("POST", other.in("/v1/endpoints"), `{"slug":"folder","target":{"kind":"base_model","baseModel":"/etc"},"authMode":"none"}`), 400, "unknown_model")
}

// 7.18: which modes and days go together; the same on create and update.
func TestEndpointRetention(t *testing.T) {
	t.Parallel()
	b := start(t)
	changed := b.endpoint("changed")
	for fields, want := range map[string]string{
		`"runRetentionMode":"unlimited"`:                        "unlimited",
		`"runRetentionMode":"disabled"`:                         "disabled",
		`"runRetentionMode":"days","runRetentionDays":1`:        "days 1",
		`"runRetentionMode":"days","runRetentionDays":365`:      "days 365",
		`"runRetentionMode":"days"`:                             "",
		`"runRetentionDays":7`:                                  "",
		`"runRetentionMode":"unlimited","runRetentionDays":7`:   "",
		`"runRetentionMode":"disabled","runRetentionDays":7`:    "",
		`"runRetentionMode":"disabled","runRetentionDays":null`: "",
		`"runRetentionMode":"days","runRetentionDays":0`:        "",
		`"runRetentionMode":"days","runRetentionDays":-1`:       "",
		`"runRetentionMode":"days","runRetentionDays":1.5`:      "",
		`"runRetentionMode":"days","runRetentionDays":"7"`:      "",
		`"runRetentionMode":"days","runRetentionDays":null`:     "",
		`"runRetentionMode":"days","runRetentionDays":1e300`:    "",
		`"runRetentionMode":"weeks"`:                            "",
		`"runRetentionMode":null`:                               "",
		`"runRetentionMode":true`:                               "",
		`"runRetentionMode":"Days","runRetentionDays":7`:        "",
		`"runRetentionMode":["days"],"runRetentionDays":7`:      "",
		`"runRetentionMode":"","runRetentionDays":7`:            "",
	} {
		for _, a := range []answer{
			b.publish("kept", baseTarget, ","+fields),
			b.do("PATCH", inDemo("/v1/endpoints/"+changed.ID), "{"+fields+"}"),
		} {
			if want == "" {
				if a.StatusCode != 400 || a.code() != "invalid_request" {
					t.Errorf("%s: %d %s", fields, a.StatusCode, a.text())
				}
				continue
			}
			e := read[deployment](a).Deployment
			got := e.RunRetentionMode
			if e.RunRetentionDays != 0 {
				got += " " + itoa(int(e.RunRetentionDays))
			}
			check(t, want, got)
			if e.ID != changed.ID {
				b.want(b.do("DELETE", inDemo("/v1/endpoints/"+e.ID), nil), 204, "")
			}
		}
	}
}

// 7.20: an update changes what it names and nothing else.
func TestEndpointIsChanged(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	before := b.endpoint("changing")
	path := inDemo("/v1/endpoints/" + before.ID)
	patch := func(body string) answer { return b.do("PATCH", path, body) }

	a := patch(`{}`)
	b.want(a, 200, "")
	check(t, before, read[deployment](a).Deployment)
	check(t, before, read[deployment](patch(`{"unknown":1,"Enabled":false}`)).Deployment)

	step := int64(2)
	want := before
	for body, change := range map[string]func(){
		`{"enabled":false}`:   func() { want.Enabled = false },
		`{"authMode":"none"}`: func() { want.AuthMode = "none" },
		`{"target":{"kind":"adapter","adapter":{"kind":"checkpoint","jobId":"` + job.ID + `","step":2}}}`: func() {
			want.Target = cloud.EndpointTarget{Kind: "adapter", Adapter: &cloud.Adapter{Kind: "checkpoint", JobID: job.ID, Step: &step}}
		},
		`{"runRetentionMode":"days","runRetentionDays":30}`: func() { want.RunRetentionDays = 30 },
	} {
		a := patch(body)
		b.want(a, 200, "")
		got := read[deployment](a).Deployment
		if got.UpdatedAt < want.UpdatedAt {
			t.Errorf("updated at %s, then at %s", want.UpdatedAt, got.UpdatedAt)
		}
		change()
		want.UpdatedAt = got.UpdatedAt
		check(t, want, got)
		check(t, want, read[deployment](b.do("GET", path, nil)).Deployment)
	}
	for body, code := range map[string]string{
		`{"slug":"changing"}`:               "invalid_request",
		`{"slug":null}`:                     "invalid_request",
		`[]`:                                "invalid_request",
		`null`:                              "invalid_request",
		`"enabled"`:                         "invalid_request",
		``:                                  "invalid_request",
		`{"enabled":`:                       "invalid_request",
		`{"enabled":null}`:                  "invalid_request",
		`{"enabled":1}`:                     "invalid_request",
		`{"authMode":null}`:                 "invalid_request",
		`{"authMode":"basic"}`:              "invalid_request",
		`{"target":null}`:                   "invalid_target",
		`{"enabled":true,"target":{}}`:      "invalid_target", // and not half of it
		`{"enabled":true,"authMode":"odd"}`: "invalid_request",
	} {
		b.want(patch(body), 400, code)
	}
	check(t, want, read[deployment](b.do("GET", path, nil)).Deployment)
	b.want(patch(`{"x":"`+strings.Repeat("x", 2<<20)+`"}`), 413, "body_too_large")

	// 7.21: what is deleted is gone.
	b.want(b.do("DELETE", path, nil), 204, "")
	b.want(b.do("DELETE", path, nil), 404, "endpoint_not_found")
	b.want(b.do("GET", path, nil), 404, "endpoint_not_found")
	b.want(patch(`{}`), 404, "endpoint_not_found")
}

func TestEndpointNeedsItsFields(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, body := range []string{
		`{"slug":"ab"}`, `{"slug":"ab","authMode":"none"}`, `{"slug":"ab","target":` + baseTarget + `}`,
		`{"slug":"ab","authMode":"","target":` + baseTarget + `}`, `[]`, `null`, ``,
	} {
		b.want(b.do("POST", inDemo("/v1/endpoints"), body), 400, "invalid_request")
	}
	b.want(b.do("POST", inDemo("/v1/endpoints"), `{"authMode":"none","target":`+baseTarget+`}`), 400, "invalid_slug")
}

// 6.25: a job that an endpoint answers with stays, enabled or not.
func TestJobInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	path := inDemo("/v1/jobs/" + job.ID)
	a := b.publish("support-bot", final(job.ID), "")
	b.want(a, 201, "")
	endpoint := inDemo("/v1/endpoints/" + read[deployment](a).Deployment.ID)
	b.want(b.do("PATCH", endpoint, `{"enabled":false}`), 200, "")
	refused := b.do("DELETE", path, nil)
	b.want(refused, 409, "job_in_use")
	if !strings.Contains(refused.text(), "support-bot") {
		t.Errorf("which endpoint? %s", refused.text())
	}
	b.want(b.do("GET", path, nil), 200, "")
	b.want(b.do("PATCH", endpoint, `{"target":`+baseTarget+`}`), 200, "")
	b.want(b.do("DELETE", path, nil), 204, "")
	b.want(b.do("GET", inDemo("/v1/jobs/"+job.ID+"/events/stream"), nil), 410, "job_deleted")
	b.want(b.do("PATCH", endpoint, `{"target":`+final(job.ID)+`}`), 400, "invalid_target")
}

func TestEndpointsOutliveTheBackend(t *testing.T) {
	t.Parallel()
	b := start(t)
	want := b.endpoint("stays")
	b.close()
	b.open()
	check(t, want, read[deployment](b.do("GET", inDemo("/v1/endpoints/"+want.ID), nil)).Deployment)
}
