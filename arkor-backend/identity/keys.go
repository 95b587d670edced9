package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	// keyLife is after which keys are asked for again: a provider that takes
	// one back means it. Old ones count for as long as it does not answer.
	keyLife = time.Hour
	// keyPause is how long the provider is left alone after it was asked:
	// anybody can send a token that no known key has signed.
	keyPause = 5 * time.Second
	// maxKeys bounds a provider's answer.
	maxKeys = 1 << 20
)

// UnreachableError means that the provider's keys could not be had.
type UnreachableError struct {
	Issuer string
	err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("keys of %s: %v", e.Issuer, e.err)
}

func (e *UnreachableError) Unwrap() error { return e.err }

// keySet is the provider's public keys. Tokens that they cannot verify make it
// look for newer ones, but not often.
type keySet struct {
	issuer, url string
	client      *http.Client
	pause       time.Duration

	current atomic.Pointer[fetched]

	mu    sync.Mutex // held while the provider is asked
	asked time.Time
	err   error // of the last time it was asked
}

// fetched are keys and when they came.
type fetched struct {
	*oidc.StaticKeySet
	at time.Time
}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	keys := k.current.Load()
	payload, err := keys.VerifySignature(ctx, token)
	if err == nil && (time.Since(keys.at) < keyLife || !k.mu.TryLock()) {
		return payload, nil
	}
	if err != nil {
		k.mu.Lock()
	}
	defer k.mu.Unlock()
	newer, unreachable := k.newer(ctx, keys)
	switch {
	case unreachable == nil:
		return newer.VerifySignature(ctx, token)
	case err == nil:
		return payload, nil
	}
	return nil, unreachable
}

// newer returns the keys that came after those seen, asking the provider if
// need be. The caller holds the lock.
func (k *keySet) newer(ctx context.Context, seen *fetched) (*fetched, error) {
	if now := k.current.Load(); now != seen {
		return now, nil // while we waited for the lock
	}
	if time.Since(k.asked) < k.pause {
		return seen, k.err
	}
	keys, err := k.fetch(context.WithoutCancel(ctx)) // others wait for it too
	k.asked, k.err = time.Now(), nil
	if err != nil {
		k.err = &UnreachableError{k.issuer, err}
		return nil, k.err
	}
	newer := &fetched{keys, k.asked}
	k.current.Store(newer)
	return newer, nil
}

// fetch asks for the keys. Those that cannot be used here are left out, as
// RFC 7517 says (section 5).
func (k *keySet) fetch(ctx context.Context) (*oidc.StaticKeySet, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	res, err := k.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", k.url, res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxKeys))
	if err != nil {
		return nil, err
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, fmt.Errorf("%s is no key set: %w", k.url, err)
	}
	usable := &oidc.StaticKeySet{}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) == nil && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			usable.PublicKeys = append(usable.PublicKeys, key.Key)
		}
	}
	if len(usable.PublicKeys) == 0 {
		return nil, errors.New(k.url + " has no key that could be used")
	}
	return usable, nil
}
