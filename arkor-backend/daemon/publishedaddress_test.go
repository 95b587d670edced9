package daemon_test

import (
	"net"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/api"
	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// A page in somebody's browser reaches no endpoint: neither by its own requests
// nor by a name that it makes point here.
func TestEndpointsRefuseBrowsers(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	const path = "/e/bot/v1/chat/completions"
	b.wantProblem(b.ask("POST", path, toSay, "Host", "evil.example"), 403, invalidRequest, "host_refused")
	b.wantProblem(b.ask("POST", path, toSay, "Origin", "https://evil.example"), 403, invalidRequest, "browser_refused")
	a := b.ask("OPTIONS", path, nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	if a.StatusCode != 403 || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("preflight: %d %v", a.StatusCode, a.Header)
	}
	b.want(b.ask("POST", path, toSay, "Host", "localhost:1"), 200, "")
}

// 7.28: by the host's first label, and nothing of the backend's own API there.
func TestEndpointsByHost(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Address = api.Address{Domain: "models.test"} })
	e := b.publishOpen("bot", baseTarget)
	check(t, "https://bot.models.test/v1", e.URL)
	for _, host := range []string{"bot.models.test", "BOT.Models.Test:8443", "bot.models.test."} {
		b.want(b.ask("POST", "/v1/chat/completions", toSay, "Host", host), 200, "")
	}
	b.want(b.ask("POST", "/e/bot/v1/chat/completions", toSay), 200, "")
	for _, host := range []string{"cat.models.test", "a.bot.models.test", ".models.test"} {
		b.wantProblem(b.ask("POST", "/v1/chat/completions", toSay, "Host", host), 404, invalidRequest, "endpoint_not_found")
	}
	for _, host := range []string{"models.test", "botmodels.test", "bot.models.test.evil.example"} {
		b.want(b.ask("POST", "/v1/chat/completions", toSay, "Host", host), 403, "host_refused")
	}
	for _, path := range []string{"/healthz", "/v1/me", "/v1/jobs", "/e/bot/v1/models", "//v1/models"} {
		a := b.do("GET", path, nil, "Host", "bot.models.test")
		b.wantProblem(a, 404, invalidRequest, "not_found")
	}
}

func TestEndpointAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		api.Address
		want string
	}{
		{api.Address{}, "/e/bot/v1"},
		{api.Address{Public: "https://arkor.test/ml"}, "https://arkor.test/ml/e/bot/v1"},
		{api.Address{Domain: "models.test"}, "https://bot.models.test/v1"},
		{api.Address{Public: "http://arkor.test:8080/", Domain: "models.test"}, "http://bot.models.test:8080/v1"},
		{api.Address{Public: "https://arkor.test", Domain: "models.test"}, "https://bot.models.test/v1"},
	} {
		b := start(t, func(o *daemon.Options) { o.Address = c.Address })
		want := c.want
		if want[0] == '/' {
			want = b.client.BaseURL + want
		}
		e := b.publishOpen("bot", baseTarget)
		list := read[struct{ Deployments []cloud.Endpoint }](b.do("GET", inDemo("/v1/endpoints"), nil)).Deployments
		got := read[deployment](b.do("GET", inDemo("/v1/endpoints/"+e.ID), nil)).Deployment
		changed := read[deployment](b.do("PATCH", inDemo("/v1/endpoints/"+e.ID), `{}`)).Deployment
		check(t, []string{want, want, want, want}, []string{e.URL, list[0].URL, got.URL, changed.URL})
	}
}

// An endpoint stays where it was when the backend starts again on a free port.
func TestEndpointsKeepTheirAddress(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.publishOpen("bot", baseTarget)
	b.close()
	b.open()
	check(t, e.URL, read[deployment](b.do("GET", inDemo("/v1/endpoints/"+e.ID), nil)).Deployment.URL)
	// Unless another program is there by now.
	b.close()
	other, err := net.Listen("tcp", strings.TrimPrefix(b.client.BaseURL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	b.open()
	moved := read[deployment](b.do("GET", inDemo("/v1/endpoints/"+e.ID), nil)).Deployment.URL
	if moved == e.URL || !strings.HasPrefix(moved, b.client.BaseURL) {
		t.Errorf("moved from %s to %s", e.URL, moved)
	}
	b.want(b.ask("POST", strings.TrimPrefix(moved, b.client.BaseURL)+"/chat/completions", toSay), 200, "")
}
