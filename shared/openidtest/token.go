package openidtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// grant is what one sign-in gave a client. Its refresh tokens end together.
type grant struct {
	audience string
	scope    string
	current  string // refresh token that is good, "" for none
	revoked  bool
}

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

func (p *Provider) token(w http.ResponseWriter, q query) {
	if q.BeforeToken != nil {
		q.BeforeToken()
	}
	switch q.Token {
	case "html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>Welcome</title><p>Please accept the terms of this network.</p>\n"))
		return
	case "500":
		http.Error(w, "internal server error", http.StatusInternalServerError)
		return
	case "not-json":
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":`))
		return
	case "silent":
		select {
		case <-q.Context().Done():
		case <-p.closed:
		}
		return
	}
	if q.params["client_id"] != ClientID {
		refuse(w, http.StatusUnauthorized, "invalid_client", "unknown client_id")
		return
	}
	switch q.params["grant_type"] {
	case "authorization_code":
		p.exchange(w, q)
	case "refresh_token":
		p.refreshToken(w, q)
	case deviceGrant:
		p.poll(w, q)
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "unknown grant_type")
	}
}

func (p *Provider) exchange(w http.ResponseWriter, q query) {
	sum := sha256.Sum256([]byte(q.params["code_verifier"]))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	p.mu.Lock()
	c := p.codes[q.params["code"]]
	wrong := ""
	switch {
	case c == nil:
		wrong = "unknown code"
	case c.used:
		c.grant.revoked = true
		wrong = "the code was used before"
	case c.redirectURI != q.params["redirect_uri"]:
		wrong = "redirect_uri is not the one of the sign-in"
	case c.challenge != challenge:
		wrong = "code_verifier does not match"
	}
	if c != nil {
		c.used = true // a failed attempt spends it too
	}
	p.mu.Unlock()
	if wrong != "" {
		refuse(w, http.StatusBadRequest, "invalid_grant", wrong)
		return
	}
	p.give(w, q, c.grant, true)
}

func (p *Provider) refreshToken(w http.ResponseWriter, q query) {
	given := q.params["refresh_token"]
	rotate := !q.NoRotation && !q.NoRefreshToken
	p.mu.Lock()
	g := p.refresh[given]
	ok := g != nil && !g.revoked && g.current == given && !q.RefuseRefresh
	if g != nil && g.current != given {
		g.revoked = true // somebody has a token that was replaced: nobody gets another
	}
	if ok && rotate {
		g.current = ""
	}
	p.mu.Unlock()
	if !ok {
		refuse(w, http.StatusForbidden, "invalid_grant", "unknown or invalid refresh token")
		return
	}
	p.give(w, q, g, rotate)
}

// give answers with the tokens of a grant, a refresh token among them if one is
// due and the client asked for offline access.
func (p *Provider) give(w http.ResponseWriter, q query, g *grant, refresh bool) {
	body := map[string]any{
		"access_token": p.sign(p.key, p.accessClaims(q.Behaviour, g.audience, nil)),
		"token_type":   "Bearer", "scope": g.scope,
	}
	if !q.NoExpiresIn {
		body["expires_in"] = int64(q.expiresIn().Seconds())
	}
	scopes := strings.Fields(g.scope)
	if slices.Contains(scopes, "openid") {
		claims := p.commonClaims(q.Behaviour)
		claims["aud"] = ClientID
		body["id_token"] = p.sign(p.key, claims)
	}
	if refresh && !q.NoRefreshToken && slices.Contains(scopes, "offline_access") {
		p.mu.Lock()
		g.current = p.secret("rt_")
		p.refresh[g.current] = g
		body["refresh_token"] = g.current
		p.mu.Unlock()
	}
	answer(w, http.StatusOK, body)
}

// revoke ends a grant (RFC 7009). A token that is unknown is fine already.
func (p *Provider) revoke(w http.ResponseWriter, q query) {
	if q.RevokeStatus != 0 {
		w.WriteHeader(q.RevokeStatus)
		return
	}
	if q.params["client_id"] != ClientID {
		refuse(w, http.StatusUnauthorized, "invalid_client", "unknown client_id")
		return
	}
	if q.params["token"] == "" {
		refuse(w, http.StatusBadRequest, "invalid_request", "token is missing")
		return
	}
	p.mu.Lock()
	if g := p.refresh[q.params["token"]]; g != nil {
		g.revoked = true
	}
	p.mu.Unlock()
	w.WriteHeader(http.StatusOK)
}
