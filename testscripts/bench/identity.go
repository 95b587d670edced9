package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

const (
	askers = 20 // processes that ask for a token at the same moment
	rounds = 5
)

// identity measures what everybody pays before they are signed in, and what
// happens when a token expires under many processes.
func (b *bench) identity(ctx context.Context) ([]figure, error) {
	nobody, err := os.MkdirTemp(b.folder, "nobody-")
	if err != nil {
		return nil, err
	}
	environ := []string{"HOME=" + nobody, "ARKOR_BACKEND=cloud"}
	whoami, err := b.millisecondsIn(ctx, 50, environ, nobody, "arkor", "whoami")
	if err != nil {
		return nil, err
	}
	requests, served, err := b.expiry(ctx)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"arkor whoami, nobody signed in", whoami, "ms", 10, false, 50},
		{"refresh requests when 20 processes ask at once, most", requests, "requests", 1, false, rounds},
		{"processes that get the new token, fewest", served, "processes", askers, true, rounds},
	}, nil
}

// expiry has many processes find an expired token at the same moment, several
// times.
func (b *bench) expiry(ctx context.Context) (requests, served float64, err error) {
	provider := openidtest.Start()
	defer provider.Close()
	home, err := os.MkdirTemp(b.folder, "account-")
	if err != nil {
		return 0, 0, err
	}
	api := httptest.NewServer(accountAPI(provider))
	defer api.Close()
	environ := []string{"HOME=" + home, "ARKOR_BACKEND=" + api.URL}
	if err := b.signIn(ctx, home, environ); err != nil {
		return 0, 0, err
	}
	store, err := credentials.Open(cli.Env{Environ: environ, Stderr: io.Discard})
	if err != nil {
		return 0, 0, err
	}
	served = askers
	for range rounds {
		before := provider.Count("refresh_token")
		old, err := expire(ctx, store)
		if err != nil {
			return 0, 0, err
		}
		tokens, err := b.ask(ctx, home, environ)
		if err != nil {
			return 0, 0, err
		}
		requests = max(requests, float64(provider.Count("refresh_token")-before))
		served = min(served, commonest(tokens, old))
	}
	return requests, served, nil
}

// accountAPI is as much of the cloud API as a sign-in to an account needs.
func accountAPI(provider *openidtest.Provider) http.Handler {
	mux := http.NewServeMux()
	answer := func(path string, body any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(body) })
	}
	answer("/v1/auth/cli/config", map[string]any{
		"auth0Domain": provider.Issuer(), "clientId": openidtest.ClientID, "audience": openidtest.Audience, "callbackPorts": []int{0},
	})
	answer("/v1/me", map[string]any{"user": map[string]string{"id": "u"}, "orgs": []string{}})
	return mux
}

// signIn signs in as a person does, with the browser played here.
func (b *bench) signIn(ctx context.Context, dir string, environ []string) error {
	cmd := b.commandIn(ctx, environ, dir, "arkor-auth", "login", "--oauth", "--no-browser")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	said := bufio.NewScanner(stderr)
	for said.Scan() {
		if url, ok := strings.CutPrefix(said.Text(), "Browser: "); ok {
			page, err := http.Get(url)
			if err != nil {
				return err
			}
			page.Body.Close()
		}
	}
	return cmd.Wait()
}

// expire makes the stored token one that ended long ago, and returns it.
func expire(ctx context.Context, store credentials.Store) (string, error) {
	locked, err := store.Lock(ctx)
	if err != nil {
		return "", err
	}
	defer locked.Unlock()
	c, err := locked.Load()
	if err != nil {
		return "", err
	}
	long := int64(1)
	c.ExpiresAt = &long
	return c.Token, locked.Save(c)
}

// ask starts the processes together and returns what they print.
func (b *bench) ask(ctx context.Context, dir string, environ []string) ([]string, error) {
	outputs := make([]bytes.Buffer, askers)
	failures := make([]error, askers)
	var all sync.WaitGroup
	for i := range askers {
		cmd := b.commandIn(ctx, environ, dir, "arkor-auth", "token")
		cmd.Stdout = &outputs[i]
		all.Go(func() { failures[i] = cmd.Run() })
	}
	all.Wait()
	tokens := make([]string, askers)
	for i := range outputs {
		tokens[i] = strings.TrimSpace(outputs[i].String())
	}
	return tokens, errors.Join(failures...)
}

// commonest returns how many have the one new token.
func commonest(tokens []string, old string) float64 {
	counts := map[string]int{}
	most := 0
	for _, token := range tokens {
		if token != old && token != "" {
			counts[token]++
			most = max(most, counts[token])
		}
	}
	return float64(most)
}

// commandIn is command in a home of its own.
func (b *bench) commandIn(ctx context.Context, environ []string, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.bin, name), args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "DO_NOT_TRACK=1"}, environ...)
	return cmd
}

func (b *bench) millisecondsIn(ctx context.Context, n int, environ []string, dir, name string, args ...string) (float64, error) {
	return timed(n, func() error {
		if out, err := b.commandIn(ctx, environ, dir, name, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		return nil
	})
}
