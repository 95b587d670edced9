package endpointscmd

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"http://h/e/bot/v1/": "http://h/e/bot/v1", "https://bot.models.test:8080/v1": "https://bot.models.test:8080/v1",
		"file:///etc/passwd": "", "javascript:x": "", "javascript://h/%0aalert(1)": "", "https://user:s3cret@h/v1": "", "http://": "", "http://h/\x1b[31m": "", "http://h/a\nb": "", "http://h/\u202e": "", "bot": "",
	} {
		if got := address(cloud.Endpoint{URL: given}); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	for given, want := range map[string]string{
		"http://h:1/e/a-b_c/v1": "http://h:1/e/a-b_c/v1", "http://h/$(reboot)": "'http://h/$(reboot)'", "http://h/'; reboot #": `'http://h/'\''; reboot #'`,
		"": "''", "a&b": "'a&b'", "~x": "'~x'",
	} {
		if got := quoted(given); got != want {
			t.Errorf("%q: %s, want %s", given, got, want)
		}
	}
	hostile := endpoint("bot")
	hostile.URL = "http://h/$(reboot)"
	text, err := variables(hostile, "$(reboot)")
	if err != nil {
		t.Error(err)
	}
	check(t, "URL='http://h/$(reboot)'\nKEY='$(reboot)'\n", text)
	if text := curl(hostile, ""); !strings.HasPrefix(text, "curl 'http://h/$(reboot)/chat/completions' ") {
		t.Error(text)
	}
	check(t, "'a$(reboot) b'", word("a$(reboot)\nb"))
	if _, err := variables(endpoint("bot"), "ark_live_\nURL=http://evil.test"); err == nil {
		t.Error("a key of two lines was printed")
	}
}

// Whatever a backend sends, nothing of it acts on the terminal.
func FuzzShown(f *testing.F) {
	f.Add("bot", "triage", "http://127.0.0.1:4000/e/bot/v1", "fixed_api_key", "ark_live_abcd1234", "2026-03-04T05:06:07.000Z")
	f.Add("\x1b]0;x\x07", "\u202e", "http://h/\x1b[2J", "\u009b31m", "ark\r\n", "now\x1b[2J")
	f.Add("a'b", "", "https://h/'; reboot #", "none", "$(reboot)", "")
	f.Fuzz(func(t *testing.T, slug, name, url, word, prefix, timestamp string) {
		e := endpoint(slug)
		e.URL, e.AuthMode, e.RunRetentionMode, e.CreatedAt = url, word, word, timestamp
		base := e
		base.Target = cloud.EndpointTarget{Kind: cloud.TargetBaseModel, BaseModel: name}
		k := cloud.EndpointKey{ID: "k", Label: name, Prefix: prefix, Enabled: true, CreatedAt: timestamp, LastUsedAt: &timestamp}
		j := job("j_1", name, cloud.Completed)
		p, stdout, stderr := (&fake{}).project()
		p.jobs["j_1"] = &j
		s := &screen.Screen{W: stdout}
		for _, e := range []cloud.Endpoint{e, base} {
			answers := p.answers(t.Context(), e.Target)
			_ = s.Draw(describe(shown{e, []cloud.EndpointKey{k}, &cloud.EndpointRun{Status: word, CreatedAt: timestamp}}, answers, now()))
			_ = p.changed(e, answers)
			_ = p.hand(e, &cloud.NewEndpointKey{Plaintext: prefix, Label: name}, answers)
		}
		_ = s.Draw(keyTable([]cloud.EndpointKey{k}, now()))
		p.noteWithoutKey(e, nil)
		_, err := findKey([]cloud.EndpointKey{k, k}, slug, name)
		both := bytes.Join([][]byte{stdout.Bytes(), stderr.Bytes(), []byte(said(err))}, nil)
		for _, r := range string(both) {
			if r != '\n' && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r >= '\u202a' && r <= '\u202e' {
				t.Fatalf("%q is in %q", r, both)
			}
		}
	})
}
