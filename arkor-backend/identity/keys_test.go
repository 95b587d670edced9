package identity

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// keyServer answers with what it is told to, and counts.
type keyServer struct {
	*httptest.Server
	answer atomic.Value // string; "" is an error
	asked  atomic.Int32
}

func newKeyServer(t *testing.T) *keyServer {
	t.Helper()
	s := &keyServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.asked.Add(1)
		answer := s.answer.Load().(string)
		if answer == "" {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return s
}

// keysOf returns a provider's key set as it serves it.
func keysOf(t *testing.T, p *openidtest.Provider) string {
	t.Helper()
	res, err := http.Get(p.Issuer() + "/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestKeysChange(t *testing.T) {
	t.Parallel()
	before, _ := provider(t)
	after, _ := provider(t)
	server := newKeyServer(t)
	server.answer.Store(keysOf(t, before))
	k := &keySet{issuer: "https://login.test", url: server.URL, client: server.Client(), pause: time.Hour}
	first, err := k.fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k.current.Store(&fetched{first, time.Now()})
	check := func(what, token string, good bool, asked int32) {
		t.Helper()
		_, err := k.VerifySignature(t.Context(), token)
		if (err == nil) != good || server.asked.Load() != asked {
			t.Errorf("%s: %v, asked %d times instead of %d", what, err, server.asked.Load(), asked)
		}
	}
	old, renewed, forged := before.Issue(nil), after.Issue(nil), after.IssueForged(nil)
	check("a known key", old, true, 1)
	server.answer.Store(keysOf(t, after))
	check("a new key", renewed, true, 2)
	check("the old key, right after", old, false, 2)
	check("a forgery, right after", forged, false, 2)
	k.pause = 0
	check("a forgery, later", forged, false, 3)

	// Known keys outlive the provider's being away, but unknown ones are not
	// called bad meanwhile.
	server.answer.Store("")
	check("a known key", renewed, true, 3)
	k.current.Store(&fetched{k.current.Load().StaticKeySet, time.Now().Add(-2 * keyLife)})
	check("a known key, long after", renewed, true, 4)
	k.pause = time.Hour
	check("again", renewed, true, 4)
	var unreachable *UnreachableError
	if _, err := k.VerifySignature(t.Context(), old); !errors.As(err, &unreachable) || server.asked.Load() != 4 {
		t.Errorf("an unknown key: %v, asked %d times", err, server.asked.Load())
	}

	// A key that was taken back counts for an hour at most.
	k.pause = 0
	server.answer.Store(keysOf(t, before))
	check("a key that was taken back", renewed, false, 5)
	check("the one instead", old, true, 5)
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	server := newKeyServer(t)
	k := &keySet{issuer: "https://login.test", url: server.URL, client: server.Client()}
	for _, answer := range []string{
		"", "<html>", "null", "{}", `{"keys":[]}`, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`, `{"keys":[{"kty":"RSA"}]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`,
	} {
		server.answer.Store(answer)
		if keys, err := k.fetch(t.Context()); err == nil {
			t.Errorf("%s: %+v", answer, keys)
		}
	}
	server.answer.Store(`{"keys":[{"kty":"new"},{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)
	if keys, err := k.fetch(t.Context()); err != nil || len(keys.PublicKeys) != 1 {
		t.Errorf("%+v, %v", keys, err)
	}
}
