package endpointscmd

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestCreateKey(t *testing.T) {
	t.Parallel()
	f := &fake{}
	p, stdout, stderr := f.project()
	e := endpoint("bot")
	e.URL = "https://bot.models.test/v1"
	if err := p.createKey(t.Context(), e, "staging"); err != nil {
		t.Fatal(err)
	}
	check(t, "URL=https://bot.models.test/v1\nKEY="+plaintext+"\n", stdout.String())
	check(t, []string{`POST /v1/endpoints/e_bot/keys {"label":"staging"}`}, f.asked)
	if text := stderr.String(); strings.Contains(text, plaintext) || !strings.HasPrefix(text, "bot has a key \"staging\"; the key is not shown again\n") {
		t.Error(text)
	}
}

// 7.24: a revoked key stays listed; to revoke it again is no failure.
func TestRevokeKey(t *testing.T) {
	t.Parallel()
	keys := []cloud.EndpointKey{
		key("abcd1234", "production", true), key("efgh5678", "ci", true), key("ijkl9012", "ci", true),
		key("mnop3456", "staging", false), key("qrst7890", "staging", true), key("uvwx1111", "gone", false), key("yzab2222", "gone", false),
	}
	for word, want := range map[string]string{
		"production":                       "abcd1234",
		"ark_live_efgh5678":                "efgh5678",
		"ark_live_efgh5678-the-whole-key":  "efgh5678",
		"ijkl9012":                         "ijkl9012",
		"staging":                          "qrst7890", // the one that is not void
		"ci":                               "2 keys of bot are called that:\n  ark_live_efgh5678  ci\n  ark_live_ijkl9012  ci\nhint: name one of them by its beginning",
		"gone":                             "uvwx1111",
		"ark_live_":                        "bot has no such key\nhint: `arkor endpoints show bot` shows them",
		"ark_live_zzzz0000s3cret-and-more": "bot has no such key\nhint: `arkor endpoints show bot` shows them",
	} {
		i, err := findKey(keys, "bot", word)
		got := said(err)
		if err == nil {
			got = keys[i].ID
		}
		check(t, want, got)
	}

	f := &fake{keys: []cloud.EndpointKey{key("abcd1234", "first", true)}}
	p, stdout, stderr := f.project()
	if err := p.revokeKey(t.Context(), endpoint("bot"), "first"); err != nil {
		t.Fatal(err)
	}
	check(t, "revoked ark_live_abcd1234 (first)\n", stdout.String())
	check(t, "nobody can call bot: callers need a key, and there is none; `arkor endpoints create-key bot LABEL` makes one\n", stderr.String())
	check(t, []string{"DELETE /v1/endpoints/e_bot/keys/abcd1234"}, f.asked)

	f.keys[0].Enabled = false
	p, stdout, stderr = f.project()
	p.json = true
	if err := p.revokeKey(t.Context(), endpoint("bot"), "first"); err != nil {
		t.Fatal(err)
	}
	check(t, `{"revoked":"abcd1234"}`+"\n", stdout.String())
	if len(f.asked) != 1 || !strings.HasPrefix(stderr.String(), "the key was revoked before\n") {
		t.Error(f.asked, stderr.String())
	}
}
