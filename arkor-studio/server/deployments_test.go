package server

import (
	"net/http"
	"strings"
	"testing"
)

// D6: what the body of a new deployment must be.
func TestDeploymentBodies(t *testing.T) {
	t.Parallel()
	target := `"target":{"kind":"adapter","adapter":{"kind":"final","jobId":"j"}}`
	for _, c := range []struct{ body, wrong string }{
		{`{"slug":"ab",` + target + `,"authMode":"none","more":1}`, ""},
		{`{"slug":"a-b",` + target + `,"authMode":"fixed_api_key","runRetentionMode":"days","runRetentionDays":3}`, ""},
		{`{"slug":"a1","target":{"kind":"adapter","adapter":{"kind":"checkpoint","jobId":"j","step":0}},"authMode":"none","runRetentionMode":"unlimited"}`, ""},
		{`{"slug":"a",` + target + `,"authMode":"none"}`, "slug"},
		{`{"slug":"-ab",` + target + `,"authMode":"none"}`, "slug"},
		{`{"slug":"Ab",` + target + `,"authMode":"none"}`, "slug"},
		{`{"slug":"ab\n",` + target + `,"authMode":"none"}`, "slug"},
		{`{"slug":"` + strings.Repeat("a", 51) + `",` + target + `,"authMode":"none"}`, "slug"},
		{`{"slug":7,` + target + `,"authMode":"none"}`, "slug"},
		{`{"slug":"ab","authMode":"none"}`, "target"},
		{`{"slug":"ab","target":{"kind":"adapter","adapter":{"kind":"checkpoint","jobId":"j"}},"authMode":"none"}`, "target.adapter.step"},
		{`{"slug":"ab","target":{"kind":"adapter","adapter":{"kind":"checkpoint","jobId":"j","step":1.5}},"authMode":"none"}`, "target.adapter.step"},
		{`{"slug":"ab","target":{"kind":"adapter","adapter":{"kind":"final"}},"authMode":"none"}`, "target.adapter.jobId"},
		{`{"slug":"ab","target":{"kind":"adapter","adapter":{"kind":"x","jobId":"j"}},"authMode":"none"}`, "target.adapter.kind"},
		{`{"slug":"ab","target":{"kind":"base_model"},"authMode":"none"}`, "target.baseModel"},
		{`{"slug":"ab",` + target + `,"authMode":"open"}`, "authMode"},
		{`{"slug":"ab",` + target + `,"authMode":"none","runRetentionMode":"x"}`, "runRetentionMode"},
		{`{"slug":"ab",` + target + `,"authMode":"none","runRetentionMode":"days"}`, "runRetentionDays"},
		{`{"slug":"ab",` + target + `,"authMode":"none","runRetentionMode":"days","runRetentionDays":0}`, "runRetentionDays"},
		{`{"slug":"ab",` + target + `,"authMode":"none","runRetentionMode":"days","runRetentionDays":1.5}`, "runRetentionDays"},
		{`{"slug":"ab",` + target + `,"authMode":"none","runRetentionMode":"days","runRetentionDays":"3"}`, "runRetentionDays"},
		{`{"slug":"ab",` + target + `,"authMode":"none","runRetentionMode":"unlimited","runRetentionDays":1}`, "runRetentionDays"},
		{`{"slug":"ab",` + target + `,"authMode":"none","runRetentionDays":1}`, "runRetentionDays"},
		{`"text"`, "(root)"}, {`[]`, "(root)"},
	} {
		reasons := strings.Join(checkDeployment([]byte(c.body)), "; ")
		if name, _, _ := strings.Cut(reasons, ":"); name != c.wrong {
			t.Errorf("%s: %q, want %q", c.body, reasons, c.wrong)
		}
	}
}

// D8.
func TestKeyBodies(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	for _, body := range []string{`{}`, `{"label":""}`, `{"label":"  "}`, `{"label":7}`, `{"label":null}`, `null`, `[]`, `{"label":"` + strings.Repeat("x", 81) + `"}`} {
		got := s.do("POST", "/api/deployments/e/keys", body)
		if got.status != 400 || !strings.HasPrefix(got.body, "{\"error\":\"Key create body must include a non-empty `label` string (1-80 chars): ") {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	if asked := s.cloud.requests(); len(asked) > 0 {
		t.Errorf("%v", asked)
	}
}

// A7, D1, D3, D9, D10, D12, D13: what the page gets of the cloud's answers.
func TestDeploymentAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, anonymousMode, usableState)
	broken := `{"error":"Studio backend error","code":"internal"}`
	for _, c := range []struct {
		method, path, body, upstream string
		status                       int
		answer                       string
		want                         int
		wantBody                     string
	}{
		{"GET", "", "", "GET ", 200, `{"deployments":[` + anEndpoint + `],"x":1}`, 200, `{"deployments":[{"authMode":"none","createdAt":"c","enabled":true,"extra":1,"id":"e_1","orgId":"o","projectId":"p","slug":"support-bot","target":{"kind":"base_model","baseModel":"m"},"updatedAt":"u","urlFormat":"openai_compat"}]}`},
		{"GET", "", "", "GET ", 200, `{}`, 500, broken},
		{"GET", "", "", "GET ", 200, `<html>`, 500, broken},
		{"GET", "", "", "GET ", 200, `{"deployments":[{"id":"e"}]}`, 500, broken},
		{"POST", "", newEndpoint, "POST ", 409, `{"error":"Slug already taken","code":"slug_taken"}`, 409, `{"error":"Slug already taken","code":"slug_taken"}`},
		{"POST", "", newEndpoint, "POST ", 503, `down`, 503, `{"error":"down"}`},
		{"GET", "/e_1", "", "GET /e_1", 200, `{"deployment":` + anEndpoint + `}`, 200, `{"deployment":` + anEndpoint + `}`},
		{"GET", "/e_1", "", "GET /e_1", 200, `{"deployment":null}`, 500, broken},
		{"GET", "/e_1", "", "GET /e_1", 200, `{"deployment":` + strings.Replace(anEndpoint, `"support-bot"`, "null", 1) + `}`, 500, broken},
		{"DELETE", "/e_1", "", "DELETE /e_1", 204, ``, 200, `{}`},
		{"DELETE", "/e_1/keys/k", "", "DELETE /e_1/keys/k", 204, ``, 200, `{}`},
		{"GET", "/e_1/keys", "", "GET /e_1/keys", 200, `{"keys":[{"id":"k","label":"l","prefix":"p","plaintext":"leak","createdAt":"c"}]}`, 200, `{"keys":[{"createdAt":"c","id":"k","label":"l","prefix":"p"}]}`},
		{"POST", "/e_1/keys", `{"label":"l"}`, "POST /e_1/keys", 201, `{"key":{"id":"k","label":"l","prefix":"p","plaintext":"once","createdAt":"c"}}`, 200, `{"key":{"id":"k","label":"l","prefix":"p","plaintext":"once","createdAt":"c"}}`},
		{"POST", "/e_1/keys", `{"label":"l"}`, "POST /e_1/keys", 201, `{"key":{"id":"k","label":"l","prefix":"p","createdAt":"c"}}`, 500, broken},
	} {
		method, path, _ := strings.Cut(c.upstream, " ")
		s.cloud.on(method+" /v1/endpoints"+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Deprecation", "true")
			w.Header().Set("Warning", `299 - "a \ "b""`)
			w.Header().Set("Sunset", "soon")
			w.WriteHeader(c.status)
			if c.status != 204 {
				w.Write([]byte(c.answer))
			}
		})
		got := s.do(c.method, "/api/deployments"+c.path, c.body)
		got.expect(t, c.method+" "+c.path+" "+c.answer, c.want, c.wantBody)
		if got.header.Get("Deprecation") != "true" || got.header.Get("Warning") != `299 - "a \\ \"b\""` || got.header.Get("Sunset") != "soon" {
			t.Errorf("%s %s: %v", c.method, c.path, got.header)
		}
	}
	if strings.Contains(s.log.String(), "once") || strings.Contains(s.log.String(), "leak") {
		t.Error("a key was logged")
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	if got := quoted("a\r\nb\x7f\t\"c\\"); got != `a  b  \"c\\` {
		t.Errorf("%q", got)
	}
}

func FuzzDeploymentBody(f *testing.F) {
	f.Add([]byte(newEndpoint))
	f.Add([]byte(`{"target":{"kind":"adapter","adapter":[]},"runRetentionDays":1e400}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, reason := range checkDeployment(body) {
			if name, text, ok := strings.Cut(reason, ": "); !ok || name == "" || text == "" {
				t.Errorf("%q: %q", body, reason)
			}
		}
	})
}
