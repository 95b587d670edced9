package oauthflow

import (
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// Request is one sign-in in a browser: what is unique to it.
type Request struct {
	Verifier string // PKCE, 43 characters; a secret until it is exchanged
	State    string // 22 characters
}

// String and GoString keep the secrets out of messages.
func (r Request) String() string   { return "sign-in request" }
func (r Request) GoString() string { return r.String() }

// NewRequest returns a request with fresh random values.
func NewRequest() Request {
	var state [16]byte
	_, _ = rand.Read(state[:]) // never fails
	return Request{Verifier: oauth2.GenerateVerifier(), State: base64.RawURLEncoding.EncodeToString(state[:])}
}

// AuthorizeURL returns the page that the person has to visit.
func (p Provider) AuthorizeURL(r Request, redirectURI string) string {
	var query []string
	for _, pair := range [][2]string{
		{"response_type", "code"}, {"client_id", p.ClientID}, {"redirect_uri", redirectURI}, {"scope", scope},
		{"audience", p.Audience}, {"state", r.State},
		{"code_challenge", oauth2.S256ChallengeFromVerifier(r.Verifier)}, {"code_challenge_method", "S256"},
	} {
		query = append(query, pair[0]+"="+url.QueryEscape(pair[1]))
	}
	separator := "?"
	if strings.Contains(p.Endpoints.Authorization, "?") {
		separator = "&"
	}
	return p.Endpoints.Authorization + separator + strings.Join(query, "&")
}
