package identity

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

const ownerToken = "owner-token"

// open returns an authority with a store of its own.
func open(t testing.TB, change func(*Options)) *Authority {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "backend.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o := Options{Store: db, OwnerToken: ownerToken, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	change(&o)
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func provider(t testing.TB) (*openidtest.Provider, *Provider) {
	t.Helper()
	p := openidtest.Start()
	t.Cleanup(p.Close)
	return p, &Provider{Issuer: p.Issuer(), ClientID: openidtest.ClientID, Audience: openidtest.Audience, CallbackPorts: []int{52521}}
}

func TestCallers(t *testing.T) {
	t.Parallel()
	p, described := provider(t)
	a := open(t, func(o *Options) { o.Anonymous, o.Provider = true, described })
	made, err := a.Mint(t.Context(), "cli")
	if err != nil {
		t.Fatal(err)
	}
	call := func(header string) Caller {
		t.Helper()
		c, err := a.Caller(t.Context(), header)
		if err != nil {
			t.Fatalf("%.30s: %v", header, err)
		}
		return c
	}
	if diff := cmp.Diff(Caller{ID: "owner", OrgID: "local", Owner: true}, call("bearer "+ownerToken)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Caller{ID: made.AnonymousID, OrgID: made.PersonalOrg.ID}, call("Bearer "+made.Token)); diff != "" {
		t.Error(diff)
	}
	ada := call("Bearer " + p.Issue(map[string]any{"sub": "ada", "email": "ada@example.test"}))
	if ada.Owner || ada.OrgID != "team" || ada.Email == nil || *ada.Email != "ada@example.test" {
		t.Errorf("ada is %+v", ada)
	}
	if again := call("Bearer " + p.Issue(map[string]any{"sub": "ada", "email": nil})); again.ID != ada.ID {
		t.Errorf("ada was %s and is %s", ada.ID, again.ID)
	}
	if bob := call("Bearer " + p.Issue(map[string]any{"sub": "bob"})); bob.ID == ada.ID || bob.OrgID != "team" {
		t.Errorf("bob is %+v", bob)
	}

	for _, header := range []string{
		"", "Bearer", "Bearer ", "Basic " + ownerToken, ownerToken, "Bearer  " + ownerToken, "Bearer " + ownerToken + " ",
		"Bearer " + strings.ToUpper(ownerToken), "Bearer " + made.Token + "x", "Bearer anon_", "Bearer " + made.AnonymousID,
		"Bearer " + strings.Repeat("x", maxToken+1),
		"Bearer " + p.Issue(map[string]any{"filler": strings.Repeat("x", maxToken)}),
	} {
		if c, err := a.Caller(t.Context(), header); !errors.Is(err, ErrUnknown) {
			t.Errorf("%.60q is %+v, %v", header, c, err)
		}
	}
}

// What the operator did not ask for is not accepted, even if it was before.
func TestDefaultDeny(t *testing.T) {
	t.Parallel()
	p, _ := provider(t)
	a := open(t, func(*Options) {})
	made, err := a.Mint(t.Context(), "cli")
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{made.Token, p.Issue(nil)} {
		if c, err := a.Caller(t.Context(), "Bearer "+token); !errors.Is(err, ErrUnknown) {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

func TestAnonymousIdentities(t *testing.T) {
	t.Parallel()
	a := open(t, func(o *Options) { o.Anonymous = true })
	seen := map[string]bool{}
	for range mintsPerMinute {
		made, err := a.Mint(t.Context(), "web")
		if err != nil {
			t.Fatal(err)
		}
		if len(made.Token) != len("anon_")+43 || made.Kind != "web" || made.PersonalOrg.Name != "Personal" ||
			len(made.PersonalOrg.Slug) != len("anon-")+8 || !strings.HasPrefix(made.PersonalOrg.Slug, "anon-") {
			t.Fatalf("made %+v", made)
		}
		for _, part := range []string{made.Token, made.AnonymousID, made.PersonalOrg.ID, made.PersonalOrg.Slug} {
			if part == "" || seen[part] {
				t.Fatalf("%q came twice", part)
			}
			seen[part] = true
		}
	}
	var limit *LimitError
	if _, err := a.Mint(t.Context(), "web"); !errors.As(err, &limit) || limit.Wait <= 0 || limit.Wait > time.Minute {
		t.Errorf("one too many: %v", err)
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	var l limiter
	start := time.Now()
	for i := range mintsPerMinute {
		if wait := l.take(start.Add(time.Duration(i) * time.Second)); wait != 0 {
			t.Fatalf("%d has to wait %v", i, wait)
		}
	}
	for _, step := range []struct{ at, wait time.Duration }{
		{40 * time.Second, 20 * time.Second}, {59 * time.Second, time.Second},
		{60 * time.Second, 0}, {60 * time.Second, time.Second}, {61 * time.Second, 0}, {10 * time.Minute, 0},
	} {
		if wait := l.take(start.Add(step.at)); wait != step.wait {
			t.Errorf("after %v: wait %v instead of %v", step.at, wait, step.wait)
		}
	}
}

// Whatever the header holds, only known tokens make somebody of the caller.
func FuzzCaller(f *testing.F) {
	p, described := provider(f)
	a := open(f, func(o *Options) { o.Anonymous, o.Provider = true, described })
	signed := p.Issue(map[string]any{"exp": time.Now().Add(24 * time.Hour).Unix()})
	made, err := a.Mint(f.Context(), "cli")
	if err != nil {
		f.Fatal(err)
	}
	a.verifier.keys.pause = 24 * time.Hour // look at the tokens, not at the provider
	for _, token := range []string{ownerToken, made.Token, signed, p.IssueForged(nil), p.IssueUnsigned(nil), p.Issue(map[string]any{"aud": "x"}), "a.b.c", ""} {
		f.Add("Bearer " + token)
	}
	f.Fuzz(func(t *testing.T, header string) {
		caller, err := a.Caller(context.Background(), header)
		var unreachable *UnreachableError
		switch {
		case errors.Is(err, ErrUnknown), errors.As(err, &unreachable):
			if caller != (Caller{}) {
				t.Errorf("refused, and yet %+v", caller)
			}
		case err != nil:
			t.Error(err)
		case caller.Owner && header[len("bearer "):] != ownerToken,
			caller.ID == made.AnonymousID && header[len("bearer "):] != made.Token,
			caller.OrgID == "team" && !strings.HasPrefix(header[len("bearer "):], signed[:strings.LastIndex(signed, ".")]):
			t.Errorf("%q is %+v", header, caller)
		}
	})
}
