package openidtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

func TestDevice(t *testing.T) {
	t.Parallel()
	p := start(t)
	begin := func() (device url.Values, page string) {
		t.Helper()
		resp, body := post(t, p, "/oauth/device/code", url.Values{
			"client_id": {openidtest.ClientID}, "scope": {"openid offline_access"}, "audience": {openidtest.Audience},
		})
		if resp.StatusCode != http.StatusOK || body["interval"] != 1.0 || !strings.Contains(body["verification_uri_complete"].(string), "?user_code=") {
			t.Fatalf("device code: %d %v", resp.StatusCode, body)
		}
		return url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {openidtest.ClientID},
			"device_code": {body["device_code"].(string)},
		}, body["verification_uri_complete"].(string)
	}
	visit := func(page string) {
		t.Helper()
		resp, err := http.Get(page)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("GET %s: %d", page, resp.StatusCode)
		}
	}
	device, page := begin()
	resp, body := post(t, p, "/oauth/token", device)
	wantError(t, resp, body, http.StatusForbidden, "authorization_pending")
	resp, body = post(t, p, "/oauth/token", device)
	wantError(t, resp, body, http.StatusBadRequest, "slow_down")
	visit(page)
	resp, body = post(t, p, "/oauth/token", device)
	if resp.StatusCode != http.StatusOK || body["access_token"] == nil || body["refresh_token"] == nil {
		t.Errorf("approved: %d %v", resp.StatusCode, body)
	}
	resp, body = post(t, p, "/oauth/token", device)
	wantError(t, resp, body, http.StatusBadRequest, "invalid_grant")
	if got := p.Count("device_code"); got != 4 {
		t.Errorf("%d polls", got)
	}

	p.Behave(func(b *openidtest.Behaviour) { b.DeviceErrors = []string{"slow_down"} })
	device, page = begin()
	resp, body = post(t, p, "/oauth/token", device)
	wantError(t, resp, body, http.StatusBadRequest, "slow_down")
	p.Behave(func(b *openidtest.Behaviour) { b.Deny = "access_denied" })
	visit(page)
	resp, body = post(t, p, "/oauth/token", device)
	wantError(t, resp, body, http.StatusForbidden, "access_denied")

	p.Behave(func(b *openidtest.Behaviour) { b.DeviceExpiresIn = time.Nanosecond })
	device, _ = begin()
	resp, body = post(t, p, "/oauth/token", device)
	wantError(t, resp, body, http.StatusBadRequest, "expired_token")

	p.Behave(func(b *openidtest.Behaviour) { b.DeviceUnsupported = true })
	if resp, body = post(t, p, "/oauth/device/code", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("unsupported: %d %v", resp.StatusCode, body)
	}
	if resp, _ := http.Get(p.Issuer() + "/.well-known/openid-configuration"); read(t, resp)["device_authorization_endpoint"] != nil {
		t.Error("the document offers what is not supported")
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	p := start(t)
	tokens := signIn(t, p)
	form := url.Values{"client_id": {openidtest.ClientID}, "token": {tokens["refresh_token"].(string)}}
	p.Behave(func(b *openidtest.Behaviour) { b.RevokeStatus = http.StatusServiceUnavailable })
	if resp, _ := post(t, p, "/oauth/revoke", form); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", resp.StatusCode)
	}
	p.Behave(func(b *openidtest.Behaviour) { b.RevokeStatus = 0 })
	resp, tokens := post(t, p, "/oauth/token", refresh(form.Get("token")))
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("refresh after a revocation that failed: %d %v", resp.StatusCode, tokens)
	}
	form.Set("token", tokens["refresh_token"].(string))
	if resp, _ := post(t, p, "/oauth/revoke", form); resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
	resp, body := post(t, p, "/oauth/token", refresh(form.Get("token")))
	wantError(t, resp, body, http.StatusForbidden, "invalid_grant")
	last := p.Requests()[len(p.Requests())-1]
	if last.Method != http.MethodPost || last.Path != "/oauth/token" || last.Params["refresh_token"] != form.Get("token") ||
		last.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("last request: %+v", last)
	}
}
