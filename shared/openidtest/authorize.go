package openidtest

import (
	"net/http"
	"net/netip"
	"net/url"
)

// code is an authorization code.
type code struct {
	redirectURI string
	challenge   string
	grant       *grant
	used        bool
}

// authorize approves of everybody and sends the browser back with a code.
func (p *Provider) authorize(w http.ResponseWriter, q query) {
	redirect, err := url.Parse(q.params["redirect_uri"])
	if err != nil || !callback(redirect) {
		refuse(w, http.StatusBadRequest, "invalid_request", "redirect_uri is not a registered one")
		return
	}
	if q.params["client_id"] != ClientID {
		refuse(w, http.StatusBadRequest, "unauthorized_client", "unknown client_id")
		return
	}
	if q.params["state"] == "" {
		refuse(w, http.StatusBadRequest, "invalid_request", "state is missing")
		return
	}
	back := url.Values{"state": {q.params["state"]}}
	if q.WrongState {
		back.Set("state", random())
	}
	fail := func(word, description string) {
		back.Set("error", word)
		if description != "" {
			back.Set("error_description", description)
		}
	}
	audience, known := audienceOf(q)
	switch {
	case q.Deny != "":
		fail(q.Deny, q.DenyDescription)
	case q.params["response_type"] != "code":
		fail("unsupported_response_type", "response_type must be code")
	case q.params["code_challenge_method"] != "S256" || len(q.params["code_challenge"]) != 43:
		fail("invalid_request", "code_challenge with code_challenge_method S256 is required")
	case !known:
		fail("access_denied", "Service not found: "+q.params["audience"])
	default:
		p.mu.Lock()
		secret := p.secret("code_")
		p.codes[secret] = &code{
			redirectURI: q.params["redirect_uri"], challenge: q.params["code_challenge"],
			grant: &grant{audience: audience, scope: q.params["scope"]},
		}
		p.mu.Unlock()
		back.Set("code", secret)
	}
	redirect.RawQuery = back.Encode()
	http.Redirect(w, q.Request, redirect.String(), http.StatusFound)
}

// callback reports whether an address is http://127.0.0.1:<port>/callback.
func callback(u *url.URL) bool {
	at, err := netip.ParseAddrPort(u.Host)
	return err == nil && at.Addr().String() == "127.0.0.1" && at.Port() > 0 &&
		u.String() == "http://"+at.String()+"/callback"
}

// audienceOf is what the tokens that a client asks for are to be good for.
func audienceOf(q query) (audience string, known bool) {
	switch audience := q.params["audience"]; audience {
	case "":
		return Audience, true
	case Audience, ClientID:
		return audience, true
	}
	return "", false
}
