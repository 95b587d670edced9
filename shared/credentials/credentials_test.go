package credentials

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The two examples of the contract, byte for byte (App. K; B1: no newline).
const (
	anonymousFile = `{
  "mode": "anon",
  "token": "anon_t0k",
  "anonymousId": "an_1",
  "arkorCloudApiUrl": "https://api.example.test",
  "orgSlug": "anon-1f2e"
}`
	oauthFile = `{
  "mode": "oauth",
  "accessToken": "at.1.x",
  "refreshToken": "rt_1",
  "expiresAt": 1772700000,
  "auth0Domain": "login.example.test",
  "audience": "https://api.example.test",
  "clientId": "c1",
  "arkorCloudApiUrl": "https://api.example.test"
}`
)

func ptr[T any](v T) *T { return &v }

var (
	anonymous = Credentials{
		Mode: Anonymous, Token: "anon_t0k", AnonymousID: "an_1", OrgSlug: "anon-1f2e", APIURL: ptr("https://api.example.test"),
	}
	oauth = Credentials{
		Mode: OAuth, Token: "at.1.x", RefreshToken: "rt_1", ExpiresAt: ptr[int64](1772700000), Domain: "login.example.test",
		Audience: "https://api.example.test", ClientID: "c1", APIURL: ptr("https://api.example.test"),
	}
)

func TestTheExamplesOfTheContract(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]Credentials{anonymousFile: anonymous, oauthFile: oauth} {
		got, err := decode("f", []byte(file))
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Credentials{})); diff != "" || err != nil {
			t.Error(diff, err)
		}
		text, err := got.encode()
		if diff := cmp.Diff(file, string(text)); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

// C1: what this release does not know survives, nested and of any type.
func TestUnknownFieldsSurvive(t *testing.T) {
	t.Parallel()
	c, err := decode("f", []byte("\uFEFF"+`{"zeta":[1,{"a":null}],"mode":"anon","token":"t","orgSlug":"o","anonymousId":"a","later":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	c.Token = "t2"
	text, err := c.encode()
	want := `{"mode":"anon","token":"t2","anonymousId":"a","orgSlug":"o","later":"x","zeta":[1,{"a":null}]}`
	if got := strings.Join(strings.Fields(string(text)), ""); got != want || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestOddFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		want       error // nil: usable
		address    string
	}{
		{"empty (B4)", "", ErrSignedOut, ""},
		{"blank (B4)", " \n", ErrSignedOut, ""},
		{"null (B4)", "null", ErrSignedOut, ""},
		{"not JSON (C2)", `{"mode":`, ErrSignedOut, ""},
		{"a list (B5)", `[]`, ErrUnusable, ""},
		{"no mode (B5)", `{}`, ErrUnusable, ""},
		{"an unknown mode", `{"mode":"passkey","token":"t"}`, ErrUnusable, ""},
		{"no token (B5)", `{"mode":"oauth","refreshToken":"r"}`, ErrUnusable, ""},
		{"a token of another type (C1)", `{"mode":"anon","token":7}`, ErrUnusable, ""},
		{"a token that would break a header", `{"mode":"anon","token":"a\r\nX: y"}`, ErrUnusable, ""},
		{"no address (U2)", `{"mode":"anon","token":"t"}`, nil, ManagedCloud},
		{"null for an address (B8)", `{"mode":"anon","token":"t","arkorCloudApiUrl":null}`, nil, ManagedCloud},
		{"a number for an address (B8)", `{"mode":"anon","token":"t","arkorCloudApiUrl":1}`, nil, ManagedCloud},
		{"an empty address (B8, B10)", `{"mode":"anon","token":"t","arkorCloudApiUrl":""}`, nil, ""},
		{"slashes at the end (B8)", `{"mode":"anon","token":"t","arkorCloudApiUrl":"https://a.test///"}`, nil, "https://a.test"},
		{"null for the expiry (B9)", `{"mode":"oauth","accessToken":"t","expiresAt":null}`, nil, ManagedCloud},
		{"a text for the expiry (C1)", `{"mode":"oauth","accessToken":"t","expiresAt":"soon"}`, nil, ManagedCloud},
	} {
		got, err := decode("f", []byte(c.file))
		if !errors.Is(err, c.want) || c.want == nil && (got.Address() != c.address || got.ExpiresAt != nil) {
			t.Errorf("%s: got %v, %v", c.name, got, err)
		}
		var corrupt *CorruptError
		if errors.As(err, &corrupt) != (c.name == "not JSON (C2)") {
			t.Errorf("%s: corrupt: %v", c.name, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	for _, c := range []Credentials{anonymous, oauth} {
		for _, text := range []string{c.String(), fmt.Sprintf("%v %+v %#v", c, c, c)} {
			if strings.Contains(text, c.Token) || strings.Contains(text, "rt_1") {
				t.Error(text)
			}
		}
	}
}

// Whatever a file holds, reading it neither fails loudly nor changes what a
// second round of writing and reading gives.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(anonymousFile))
	f.Add([]byte(oauthFile))
	f.Add([]byte("\uFEFF{\"mode\":\"oauth\",\"accessToken\":\"t\",\"x\":\"<&>\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := decode("f", data)
		if err != nil {
			return
		}
		text, err := first.encode()
		if err != nil {
			t.Fatal(err)
		}
		second, err := decode("f", text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, err := second.encode(); err != nil || string(again) != string(text) {
			t.Errorf("%s became %s, %v", text, again, err)
		}
	})
}
