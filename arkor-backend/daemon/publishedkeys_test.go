package daemon_test

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// 7.26, 7.27: who gets in, and what the others learn.
func TestEndpointKeysOpen(t *testing.T) {
	t.Parallel()
	b := start(t)
	bot, other := b.endpoint("bot"), b.endpoint("other")
	id, key := b.keyOf(bot)
	_, foreign := b.keyOf(other)
	ask := func(slug string, headers ...string) answer {
		return b.ask("POST", "/e/"+slug+"/v1/chat/completions", toSay, headers...)
	}
	b.want(ask("bot", "Authorization", "Bearer "+key), 200, "")
	b.want(ask("bot", "Authorization", "bearer  "+key), 200, "")
	b.want(ask("bot", "X-Api-Key", key), 200, "")
	b.want(ask("bot", "X-Api-Key", key, "Authorization", "Basic eDp5"), 200, "")
	wrong := map[string][]string{
		"no key": nil, "a wrong key": {"Authorization", "Bearer ark_live_x"}, "another endpoint's": {"X-Api-Key", foreign},
		"the owner's token": {"Authorization", "Bearer " + b.client.Token}, "no scheme": {"Authorization", key},
		"the hash": {"X-Api-Key", strings.Repeat("0", 64)}, "empty": {"Authorization", "Bearer "},
	}
	for name, headers := range wrong {
		a := ask("bot", headers...)
		p := b.wantProblem(a, 401, invalidRequest, "invalid_api_key")
		check(t, []string{"Incorrect API key provided", "Bearer"}, []string{p.Error.Message, a.Header.Get("WWW-Authenticate")})
		for _, path := range []string{"/e/bot/v1/models", "/e/bot/", "/e/bot/v1/jobs"} {
			if a := b.ask("GET", path, nil, headers...); a.StatusCode != 401 {
				t.Errorf("%s, %s: %d", name, path, a.StatusCode)
			}
		}
	}
	b.wantProblem(b.ask("GET", "/e/bot/v1/jobs", nil, "X-Api-Key", key), 404, invalidRequest, "not_found")
	b.wantProblem(b.ask("POST", "/e/bot/v1/embeddings", `{}`, "X-Api-Key", key), 404, invalidRequest, "not_found")
	a := b.ask("GET", "/e/bot/v1/chat/completions", nil, "X-Api-Key", key)
	check(t, []any{405, "POST"}, []any{a.StatusCode, a.Header.Get("Allow")})
	check(t, invalidRequest, read[problem](a).Error.Type)

	// 7.23: the last use shows.
	b.do("GET", inDemo("/v1/endpoints/"+bot.ID+"/runs"), nil) // which writes what is pending
	keys := read[struct{ Keys []cloud.EndpointKey }](b.do("GET", inDemo("/v1/endpoints/"+bot.ID+"/keys"), nil)).Keys
	if keys[0].LastUsedAt == nil {
		t.Error("the key was never used")
	}

	// 7.20, 7.27: disabled, for those who may know it; like nothing for others.
	unknown := ask("nobody").text()
	change := func(body string) { b.want(b.do("PATCH", inDemo("/v1/endpoints/"+bot.ID), body), 200, "") }
	change(`{"enabled":false}`)
	b.wantProblem(ask("bot", "X-Api-Key", key), 404, invalidRequest, "endpoint_disabled")
	for name, headers := range wrong {
		a := ask("bot", headers...)
		b.wantProblem(a, 404, invalidRequest, "endpoint_not_found")
		check(t, unknown, a.text())
		if a.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: asked for a key", name)
		}
	}
	change(`{"authMode":"none"}`)
	b.wantProblem(ask("bot"), 404, invalidRequest, "endpoint_disabled")
	change(`{"enabled":true}`)
	b.want(ask("bot", "X-Api-Key", "whatever"), 200, "")

	// 7.20, 7.24: keys count again, and a revoked one is void at once.
	change(`{"authMode":"fixed_api_key"}`)
	b.want(ask("bot", "X-Api-Key", key), 200, "")
	b.want(b.do("DELETE", inDemo("/v1/endpoints/"+bot.ID+"/keys/"+id), nil), 204, "")
	b.wantProblem(ask("bot", "X-Api-Key", key), 401, invalidRequest, "invalid_api_key")

	// 7.21: deleted.
	b.want(b.do("DELETE", inDemo("/v1/endpoints/"+other.ID), nil), 204, "")
	check(t, unknown, ask("other", "X-Api-Key", foreign).text())
}

// A key is for its endpoint: it opens nothing of the backend's own API.
func TestEndpointKeysAreNoTokens(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.endpoint("bot")
	_, key := b.keyOf(e)
	for _, path := range []string{"/v1/me", inDemo("/v1/jobs"), inDemo("/v1/endpoints"), "/v1/models"} {
		b.want(b.do("GET", path, nil, "Authorization", "Bearer "+key), 401, "unauthorized")
	}
	b.want(b.do("POST", inDemo("/v1/inference/chat"), say("hi", base), "Authorization", "Bearer "+key), 401, "unauthorized")
}
