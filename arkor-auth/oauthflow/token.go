package oauthflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cli/oauth/api"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

// Tokens are what a provider hands out.
type Tokens struct {
	Access, Refresh string
	ExpiresAt       *int64 // Unix seconds by the provider's clock; nil when it does not say
	ClockOffset     int64  // seconds that the provider's clock is ahead of ours; 0 within five minutes
}

// String and GoString keep the secrets out of messages.
func (t Tokens) String() string   { return "tokens" }
func (t Tokens) GoString() string { return t.String() }

var (
	// ErrRevoked means that the provider no longer accepts the refresh token.
	ErrRevoked = errors.New("the sign-in has ended: the provider no longer accepts its refresh token")
	// ErrNoRefreshToken: without one the session could not be kept.
	ErrNoRefreshToken = errors.New("Auth0 did not return a refresh token. Make sure the Application has 'offline_access' scope enabled.")
)

// Exchange turns the code of a callback into tokens. A code works once, so this
// is never repeated.
func (p Provider) Exchange(ctx context.Context, r Request, code, redirectURI string) (Tokens, error) {
	tokens, err := p.tokens(ctx, "token exchange", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {r.Verifier},
		"client_id": {p.ClientID}, "redirect_uri": {redirectURI},
	})
	if err == nil && tokens.Refresh == "" {
		return Tokens{}, ErrNoRefreshToken
	}
	return tokens, err
}

// Refresh returns a new access token. Its Refresh is the old one when the
// provider does not rotate them. ErrRevoked when there is nothing to be had.
func (p Provider) Refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	tokens, err := p.tokens(ctx, "token refresh", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}, "client_id": {p.ClientID},
	})
	if err == nil && tokens.Refresh == "" {
		tokens.Refresh = refreshToken
	}
	return tokens, err
}

// Revoke ends a session at the provider, if it offers that: a refusal is no
// error, a failure of the provider is one.
func (p Provider) Revoke(ctx context.Context, refreshToken string) error {
	if p.Endpoints.Revocation == "" {
		return nil
	}
	post := &poster{ctx: ctx, http: p.HTTP}
	res, err := post.PostForm(p.Endpoints.Revocation, url.Values{"token": {refreshToken}, "token_type_hint": {"refresh_token"}, "client_id": {p.ClientID}})
	if err == nil && res.StatusCode/100 == 5 {
		err = fmt.Errorf("revocation failed (%d)", res.StatusCode)
	}
	return err
}

func (p Provider) tokens(ctx context.Context, doing string, form url.Values) (Tokens, error) {
	post := &poster{ctx: ctx, http: p.HTTP}
	answer, err := api.PostForm(post, p.Endpoints.Token, form)
	if err != nil && post.status == 0 {
		return Tokens{}, err
	}
	if err != nil || post.status/100 != 2 || answer.Get("access_token") == "" {
		if err == nil && answer.Get("error") == "invalid_grant" && form.Get("grant_type") == "refresh_token" {
			return Tokens{}, ErrRevoked
		}
		return Tokens{}, fmt.Errorf("Auth0 %s failed (%d): %s", doing, post.status, post.shown())
	}
	token, err := answer.AccessToken()
	if err != nil {
		return Tokens{}, err
	}
	return post.tokens(token)
}

// tokens completes a token with what the last answer says about its lifetime,
// which the library does not keep.
func (post *poster) tokens(token *api.AccessToken) (Tokens, error) {
	if !credentials.ValidToken(token.Token + token.RefreshToken) {
		return Tokens{}, errors.New("the provider's answer holds a token with a character that no token has")
	}
	t := Tokens{Access: token.Token, Refresh: token.RefreshToken, ClockOffset: post.clockOffset()}
	var lifetime struct {
		Seconds json.Number `json:"expires_in"`
	}
	const longest = 100 * 365 * 24 * 3600
	if json.Unmarshal(post.body, &lifetime) == nil {
		if in, err := lifetime.Seconds.Float64(); err == nil && in >= 0 && in < longest {
			at := post.at.Unix() + t.ClockOffset + int64(in)
			t.ExpiresAt = &at
		}
	}
	return t, nil
}

// Into returns stored credentials with these tokens.
func (t Tokens) Into(c credentials.Credentials) credentials.Credentials {
	c.Token, c.RefreshToken, c.ExpiresAt, c.ClockOffset = t.Access, t.Refresh, t.ExpiresAt, t.ClockOffset
	return c
}

// Credentials returns what to store for a new sign-in at the API address.
func (p Provider) Credentials(t Tokens, apiURL string) credentials.Credentials {
	c := credentials.Credentials{
		Mode: credentials.OAuth, Domain: p.Domain, Audience: p.Audience, ClientID: p.ClientID, APIURL: &apiURL,
	}
	if !p.isAuth0() {
		c.TokenEndpoint, c.RevocationEndpoint = p.Endpoints.Token, p.Endpoints.Revocation
	}
	return t.Into(c)
}

// tolerance is how far two clocks may be apart without being remembered.
const tolerance = 5 * time.Minute

func (post *poster) clockOffset() int64 {
	if post.date.IsZero() {
		return 0
	}
	offset := post.date.Sub(post.at)
	if offset.Abs() <= tolerance {
		return 0
	}
	return int64(offset.Round(time.Second) / time.Second)
}

// maxShown is how much of a foreign text an error repeats, in bytes.
const maxShown = 500

// opaque is what a token looks like.
var opaque = regexp.MustCompile(`[A-Za-z0-9_\-.~+/=]{20,}`)

// named are the fields whose values are secrets, however short.
var named = regexp.MustCompile(`("(?:\w*token|code|device_code)"\s*:\s*")[^"]*`)

// redact removes from a foreign text what looks like a token, and shortens it.
func redact(text string) string {
	return cut(opaque.ReplaceAllString(named.ReplaceAllString(text, "${1}[removed]"), "[removed]"), maxShown)
}

// shown is the last answer as an error repeats it: on one line, without tokens.
func (post *poster) shown() string {
	return redact(cli.OneLine(strings.Join(strings.Fields(string(post.body)), " ")))
}

// cut shortens text to n bytes, never inside a character.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
