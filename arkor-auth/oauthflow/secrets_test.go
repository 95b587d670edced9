package oauthflow

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// No value of these types shows a secret when it ends up in a message, and no
// error does, whatever the provider answers.
func TestNothingShowsASecret(t *testing.T) {
	t.Parallel()
	server, p := startProvider(t)
	r := NewRequest()
	code := authorize(t, p, r)
	tokens, err := p.Exchange(t.Context(), r, code, redirectURI)
	if err != nil {
		t.Fatal(err)
	}
	device, err := p.RequestDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stored := p.Credentials(tokens, "https://api.test")
	values := []any{r, tokens, &tokens, []Tokens{tokens}, map[string]Request{"": r}, struct{ Tokens Tokens }{tokens}, device, stored, &stored, p}

	impatient := p
	impatient.HTTP = &http.Client{Timeout: 20 * time.Millisecond}
	away := p
	away.Endpoints.Token, away.Endpoints.Revocation = "http://127.0.0.1:1/oauth/token", "http://127.0.0.1:1/oauth/revoke"
	for _, q := range []Provider{p, impatient, away} {
		for _, how := range []string{"", "html", "500", "not-json", "silent"} {
			if how == "silent" && q.HTTP != impatient.HTTP {
				continue
			}
			server.Behave(func(b *openidtest.Behaviour) { b.Token, b.RefuseRefresh = how, true })
			_, exchanged := q.Exchange(t.Context(), r, code, redirectURI)
			_, refreshed := q.Refresh(t.Context(), tokens.Refresh)
			if exchanged == nil || refreshed == nil {
				t.Errorf("%q went well: %v, %v", how, exchanged, refreshed)
			}
			values = append(values, exchanged, refreshed)
		}
	}
	// A provider that repeats what it was sent.
	echo := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_ = r.ParseForm()
		fmt.Fprintln(w, r.Form.Encode(), r.Form)
	})
	_, exchanged := echo.Exchange(t.Context(), r, code, redirectURI)
	_, refreshed := echo.Refresh(t.Context(), tokens.Refresh)
	_, asked := echo.RequestDevice(t.Context())
	values = append(values, exchanged, refreshed, asked, away.Revoke(t.Context(), tokens.Refresh), errors.Join(exchanged, refreshed))

	secrets := append(server.Secrets(), r.Verifier, r.State, tokens.Access, tokens.Refresh)
	for _, value := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			shown := fmt.Sprintf(format, value)
			for _, secret := range secrets {
				if strings.Contains(shown, secret) {
					t.Errorf("%s of a %T shows a secret: %s", format, value, shown)
				}
			}
		}
	}
}
