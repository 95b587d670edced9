package oauthflow

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// A deployment may advertise somebody else's provider. It must not get that
// provider's codes and tokens sent to itself.
func TestEndpointsBelongToTheProvider(t *testing.T) {
	t.Parallel()
	const elsewhere = "http://127.0.0.1:9"
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"token_endpoint": elsewhere + "/token", "revocation_endpoint": elsewhere + "/revoke"})
	})
	silent := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(silent.Close)
	for _, c := range []struct {
		name, domain string
		endpoints    cloud.AuthEndpoints
		err          string
	}{
		{"its own", server.URL, cloud.AuthEndpoints{Authorization: server.URL + "/a?p=1", Token: server.URL + "/t"}, ""},
		{"elsewhere, as it says itself", server.URL, cloud.AuthEndpoints{Authorization: server.URL + "/a", Token: elsewhere + "/token", Revocation: elsewhere + "/revoke"}, ""},
		{"elsewhere, of the deployment's making", server.URL, cloud.AuthEndpoints{Authorization: server.URL + "/a", Token: elsewhere + "/steal"}, elsewhere + " is not an address of " + server.URL},
		{"a device endpoint that it does not have", server.URL, cloud.AuthEndpoints{Authorization: server.URL + "/a", Token: server.URL + "/t", DeviceAuthorization: elsewhere + "/d"}, elsewhere + " is not an address of"},
		{"the page of another provider", elsewhere, cloud.AuthEndpoints{Authorization: server.URL + "/a", Token: elsewhere + "/token"}, "is not part of " + elsewhere},
		{"it does not say", silent.URL, cloud.AuthEndpoints{Authorization: silent.URL + "/a", Token: elsewhere + "/t"}, "does not say which endpoints it has"},
	} {
		id := "c"
		p, ok, err := FromConfig(cloud.AuthConfig{Auth0Domain: &c.domain, ClientID: &id, Audience: &id, Endpoints: &c.endpoints}, cloud.Patient())
		if !ok || err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		err = p.Verify(t.Context())
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Some providers' addresses have a query already.
func TestAuthorizeURLKeepsAQuery(t *testing.T) {
	t.Parallel()
	p := Provider{Endpoints: cloud.AuthEndpoints{Authorization: "https://login.test/authorize?p=flow1"}}
	if got := p.AuthorizeURL(NewRequest(), "http://127.0.0.1:1/callback"); !strings.HasPrefix(got, "https://login.test/authorize?p=flow1&response_type=code&") {
		t.Error(got)
	}
}
