// Package identity knows who is calling: the owner of the backend, somebody
// whom an OpenID provider vouches for, or one of the anonymous identities that
// the backend gave out. The last two exist only where the operator asked for
// them.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// ownerOrg is the organisation of the owner. Every database has it.
const ownerOrg = "local"

// teamOrg is the organisation of everybody who signs in at the provider.
var teamOrg = cloud.Org{ID: "team", Slug: "team", Name: "Team"}

// maxToken bounds what is looked at; tokens of providers have a few KiB.
const maxToken = 16 << 10

// ErrUnknown means that a request came without a token that is good here. It
// does not say what is wrong with the token: whoever tries some shall not learn.
var ErrUnknown = errors.New("the access token is missing, unknown or expired")

// Caller is who sent a request.
type Caller struct {
	ID    string
	Email *string // nil where there is none
	OrgID string  // the one organisation that they are a member of
	Owner bool    // of the backend
}

// Options say who may call. The owner always may.
type Options struct {
	Store      *store.Store
	OwnerToken string
	Anonymous  bool      // anybody gets an anonymous identity
	Provider   *Provider // who signs in there may call; nil: nobody
	Log        *slog.Logger
}

// Authority answers who a caller is. It may be asked by many goroutines.
type Authority struct {
	o        Options
	owner    [sha256.Size]byte // hash of the owner token
	verifier *verifier         // nil without a provider
	mints    limiter
}

// New asks the provider, if there is one, for its endpoints and keys, which it
// must answer within a few seconds.
func New(ctx context.Context, o Options) (*Authority, error) {
	a := &Authority{o: o, owner: sha256.Sum256([]byte(o.OwnerToken))}
	if o.Provider == nil {
		return a, nil
	}
	var err error
	if a.verifier, err = discover(ctx, *o.Provider); err != nil {
		return nil, err
	}
	return a, o.Store.AddOrg(ctx, teamOrg)
}

// Config says how people sign in here.
func (a *Authority) Config() cloud.AuthConfig {
	config := cloud.AuthConfig{CallbackPorts: []int{}}
	if a.verifier != nil {
		config = a.verifier.config()
	}
	config.Anonymous = &a.o.Anonymous
	return config
}

// Caller returns who sent a request with this Authorization header. Errors:
// ErrUnknown, or an *UnreachableError when only the provider could tell.
func (a *Authority) Caller(ctx context.Context, authorization string) (Caller, error) {
	token, ok := bearer(authorization)
	if !ok {
		return Caller{}, ErrUnknown
	}
	sum := sha256.Sum256([]byte(token))
	var user store.User
	var err error
	switch {
	case subtle.ConstantTimeCompare(sum[:], a.owner[:]) == 1:
		return Caller{ID: "owner", OrgID: ownerOrg, Owner: true}, nil
	case strings.HasPrefix(token, anonymousPrefix):
		if !a.o.Anonymous {
			return Caller{}, ErrUnknown
		}
		user, err = a.o.Store.Anonymous(ctx, hex.EncodeToString(sum[:]))
	case a.verifier != nil:
		user, err = a.signedIn(ctx, token)
	default:
		return Caller{}, ErrUnknown
	}
	if errors.Is(err, store.ErrNotFound) {
		err = ErrUnknown
	}
	return Caller{ID: user.ID, Email: user.Email, OrgID: user.OrgID}, err
}

// signedIn returns the user whom a token of the provider is about.
func (a *Authority) signedIn(ctx context.Context, token string) (store.User, error) {
	p, err := a.verifier.verify(ctx, token)
	var refused *refusedError
	if errors.As(err, &refused) {
		// Mostly a mistake of whoever set the provider up, and nowhere else to be seen.
		a.o.Log.Info("refused a token of the sign-in provider", "reason", refused.reason)
		err = ErrUnknown
	}
	if err != nil {
		return store.User{}, err
	}
	return a.o.Store.SignedIn(ctx, a.verifier.Issuer, p.subject, p.email, teamOrg.ID, time.Now())
}

// bearer returns the token in an Authorization header.
func bearer(header string) (token string, ok bool) {
	scheme, token, _ := strings.Cut(header, " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != "" && len(token) <= maxToken
}

// NewToken returns a fresh secret of 43 characters.
func NewToken() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
