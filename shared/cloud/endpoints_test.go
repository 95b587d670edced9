package cloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewKeyIsNotShown(t *testing.T) {
	t.Parallel()
	key := NewEndpointKey{ID: "k", Plaintext: "ark_live_s3cret", Prefix: "ark_live"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, key); strings.Contains(text, "s3cret") {
			t.Errorf("%s: %s", verb, text)
		}
	}
}

// An endpoint that does not say whether it answers is none that does not.
func TestEndpointWithoutEnabled(t *testing.T) {
	t.Parallel()
	for _, enabled := range []string{"", `"enabled":null,`} {
		_, err := readEndpoint([]byte(`{"id":"e","slug":"bot","orgId":"o","projectId":"p","target":{"kind":"base_model","baseModel":"m"},"authMode":"none","urlFormat":"openai_compat",` +
			enabled + `"customDomain":null,"createdAt":"2026","updatedAt":"2026"}`))
		if err == nil || err.Error() != "deployment.enabled is neither true nor false" {
			t.Errorf("%q: %v", enabled, err)
		}
	}
}

func TestEndpointRuns(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.RequestURI(); got != "/v1/endpoints/e%2F1/runs?limit=1&orgSlug=o&projectSlug=p" {
			t.Error(got)
		}
		fmt.Fprint(w, `{"runs":[{"id":"r","createdAt":"2026","status":"failed"}],"nextCursor":null}`)
	}))
	t.Cleanup(server.Close)
	runs, err := (&Client{BaseURL: server.URL}).EndpointRuns(t.Context(), Scope{OrgSlug: "o", ProjectSlug: "p"}, "e/1", 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]EndpointRun{{ID: "r", CreatedAt: "2026", Status: "failed"}}, runs); diff != "" {
		t.Error(diff)
	}
}

// What is taken for an endpoint or a key has all that one needs, and stays the
// same when it is written and read again.
func FuzzEndpoint(f *testing.F) {
	f.Add(`{"id":"e","slug":"bot","orgId":"o","projectId":"p","target":{"kind":"adapter","adapter":{"kind":"checkpoint","jobId":"j","step":50}},"authMode":"fixed_api_key","urlFormat":"openai_compat","enabled":true,"customDomain":null,"runRetentionMode":"days","runRetentionDays":7,"createdAt":"2026","updatedAt":"2026"}`)
	f.Add(`{"id":"e","slug":"bot","orgId":"o","projectId":"p","target":{"kind":"base_model","baseModel":"m"},"authMode":"none","urlFormat":"openai_compat","enabled":false,"customDomain":"x","createdAt":"2026","updatedAt":"2026"}`)
	f.Add(`{"id":"k","label":"production","prefix":"ark_live_abcd1234","enabled":true,"createdAt":"2026","lastUsedAt":null,"plaintext":"ark_live_s3cret"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := readEndpoint([]byte(text)); err == nil {
			again(t, e, readEndpoint)
			if e.Target.Kind == TargetAdapter == (e.Target.Adapter == nil) {
				t.Errorf("%q has no target", text)
			}
		}
		if k, err := readEndpointKey([]byte(text)); err == nil {
			again(t, k, readEndpointKey)
		}
	})
}

func again[T any](t *testing.T, value T, read func(json.RawMessage) (T, error)) {
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	got, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(value, got); diff != "" {
		t.Error(diff)
	}
}
