package logincmd

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// L7, C4: the managed cloud is called by its name, in exactly these words; who
// signs in elsewhere is told where.
func TestAnonymousSignInNamesTheServer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"token":"t","anonymousId":"an_1","kind":"cli","personalOrg":{"id":"o","slug":"anon-1","name":"anon"}}`)
	}))
	t.Cleanup(server.Close)
	for address, want := range map[string][2]string{
		backend.ManagedCloud:           {"Arkor Cloud", "your Arkor Cloud account"},
		"https://arkor.team.example/x": {"https://arkor.team.example/x", "your account at https://arkor.team.example/x"},
	} {
		var stderr bytes.Buffer
		env := cli.Env{Environ: []string{"HOME=" + t.TempDir()}, Stdout: io.Discard, Stderr: &stderr}
		store, err := credentials.Open(env)
		if err != nil {
			t.Fatal(err)
		}
		c := newCommand(env)
		c.store, c.client, c.choice = store, cloud.For(env, server.URL, ""), backend.Choice{URL: address}
		if err := c.signInAnonymously(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		expected := strings.NewReplacer("SERVICE", want[0], "ACCOUNT", want[1], "FILE", store.Path()).Replace(
			"Requesting anonymous token\n" +
				"This id is how SERVICE recognises this client across sessions. Keep `FILE` to stay signed in as the same anonymous identity.\n" +
				"arkor: warning: Anonymous sessions aren't guaranteed to persist. Sign in with `arkor login --oauth` to tie future work to ACCOUNT.\n")
		if stderr.String() != expected {
			t.Errorf("%s: said\n%s", address, &stderr)
		}
	}
}
