package openidtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// query is a request with its parameters and the behaviour that it meets.
type query struct {
	*http.Request
	Behaviour
	params map[string]string
}

func (p *Provider) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(http.ResponseWriter, query){
		"GET /.well-known/openid-configuration": p.discovery,
		"GET /.well-known/jwks.json":            func(w http.ResponseWriter, _ query) { answer(w, http.StatusOK, p.jwks()) },
		"GET /authorize":                        p.authorize,
		"POST /oauth/token":                     p.token,
		"POST /oauth/device/code":               p.deviceCode,
		"GET /activate":                         p.activate,
		"POST /oauth/revoke":                    p.revoke,
		"/":                                     func(w http.ResponseWriter, _ query) { http.Error(w, "not found", http.StatusNotFound) },
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			q := query{Request: r, params: params(r)}
			p.mu.Lock()
			p.requests = append(p.requests, Request{Method: r.Method, Path: r.URL.Path, Params: q.params, Header: r.Header.Clone()})
			p.mu.Unlock()
			q.Behaviour = p.now()
			w.Header().Set("Date", q.clock().UTC().Format(http.TimeFormat))
			handle(w, q)
		})
	}
	return mux
}

// params are the parameters of a request. Of repeated ones the first counts.
func params(r *http.Request) map[string]string {
	all := map[string]string{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var body map[string]any
		data, err := io.ReadAll(r.Body)
		if err == nil && json.Unmarshal(data, &body) == nil {
			for key, value := range body {
				all[key] = fmt.Sprint(value)
			}
		}
	}
	_ = r.ParseForm() // what can be read of it is enough
	for key, values := range r.Form {
		all[key] = values[0]
	}
	return all
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// refuse answers with an error of OAuth (RFC 6749, 5.2).
func refuse(w http.ResponseWriter, status int, word, description string) {
	answer(w, status, map[string]string{"error": word, "error_description": description})
}

func (p *Provider) discovery(w http.ResponseWriter, q query) {
	document := map[string]any{
		"issuer":                                p.Issuer(),
		"authorization_endpoint":                p.server.URL + "/authorize",
		"token_endpoint":                        p.server.URL + "/oauth/token",
		"jwks_uri":                              p.server.URL + "/.well-known/jwks.json",
		"revocation_endpoint":                   p.server.URL + "/oauth/revoke",
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"code_challenge_methods_supported":      []string{"S256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"token_endpoint_auth_methods_supported": []string{"none"},
	}
	if !q.DeviceUnsupported {
		document["device_authorization_endpoint"] = p.server.URL + "/oauth/device/code"
	}
	answer(w, http.StatusOK, document)
}
