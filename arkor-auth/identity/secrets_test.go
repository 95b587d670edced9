package identity

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// No identity, error, hint or warning shows a token, whatever goes wrong.
func TestNothingShowsAToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	m, server := account(t, a)
	var shown strings.Builder
	show := func(value any) {
		for _, format := range []string{"%v\n", "%+v\n", "%#v\n", "%s\n", "%q\n"} {
			fmt.Fprintf(&shown, format, value)
		}
		if err, ok := value.(error); ok {
			fmt.Fprintln(&shown, cli.HintOf(err))
		}
	}
	try := func(r Resolver, choice backend.Choice) {
		who, err := r.Resolve(t.Context(), choice)
		for _, value := range []any{who, &who, []Identity{who}, struct{ Who Identity }{who}, err} {
			show(value)
		}
	}
	for _, change := range []openidtest.Behaviour{{}, {RefuseRefresh: true}, {Token: "500"}, {Token: "html"}, {Token: "not-json"}} {
		for _, left := range []time.Duration{time.Hour, time.Second, -time.Hour} {
			server.Behave(func(b *openidtest.Behaviour) { *b = change })
			m.left(left)
			try(m.Resolver, a.choice())
			r := m.Resolver
			r.Rejected = Hash(m.stored().Token)
			try(r, a.choice())
			try(m.Resolver, newAPI(t).choice())
		}
	}
	server.Behave(func(b *openidtest.Behaviour) { *b = openidtest.Behaviour{} })
	m.left(-time.Hour)
	lock := m.store().Path() + ".lock"
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(lock, 0o700); err != nil {
		t.Fatal(err)
	}
	try(m.Resolver, a.choice())
	if m.stderr.Len() == 0 {
		t.Error("nothing was said")
	}

	anonymous := newMachine(t)
	try(anonymous.Resolver, a.choice())
	anonymous.Rejected = Hash("anon_t1")
	try(anonymous.Resolver, a.choice())
	for _, token := range []string{"env_t0k", "env t0k"} {
		environment := newMachine(t, "ARKOR_TOKEN="+token)
		environment.Rejected = Hash("env_t0k")
		try(environment.Resolver, a.choice())
	}
	// As somebody might edit it.
	for _, text := range []string{`{"mode":"oauth","accessToken":"bad\u0000t0k"}`, `{"mode":"x","token":"file_t0k"}`, `{"mode":"anon","token":"file_t0k"`} {
		edited := newMachine(t)
		edited.writes(text)
		edited.Bootstrap = false
		try(edited.Resolver, a.choice())
		shown.WriteString(edited.stderr.String())
	}
	show(credentials.Credentials{Mode: credentials.OAuth, Token: "file_t0k", RefreshToken: "file_t0k"})

	text := shown.String() + m.stderr.String() + anonymous.stderr.String()
	for _, secret := range append(server.Secrets(), "anon_t1", "env_t0k", "env t0k", "t0k", "file_t0k") {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("shows a token: %s", text[max(0, i-100):min(len(text), i+100)])
		}
	}
}
