package openidtest

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// device is a sign-in that a person approves on a page (RFC 8628).
type device struct {
	userCode string
	grant    *grant
	expires  time.Time
	lastPoll time.Time
	interval time.Duration
	approved bool
	denied   bool
}

func (p *Provider) deviceCode(w http.ResponseWriter, q query) {
	if q.DeviceUnsupported {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	audience, known := audienceOf(q)
	if q.params["client_id"] != ClientID {
		refuse(w, http.StatusUnauthorized, "invalid_client", "unknown client_id")
		return
	}
	if !known {
		refuse(w, http.StatusForbidden, "access_denied", "Service not found: "+q.params["audience"])
		return
	}
	interval, expiresIn := q.DeviceInterval, q.DeviceExpiresIn
	if interval == 0 {
		interval = 1
	}
	if expiresIn == 0 {
		expiresIn = 10 * time.Minute
	}
	userCode := strings.ToUpper(random())[:8]
	p.mu.Lock()
	secret := p.secret("dc_")
	p.devices[secret] = &device{
		userCode: userCode, grant: &grant{audience: audience, scope: q.params["scope"]},
		expires: time.Now().Add(expiresIn), interval: time.Duration(interval) * time.Second,
	}
	p.mu.Unlock()
	page := p.server.URL + "/activate"
	answer(w, http.StatusOK, map[string]any{
		"device_code": secret, "user_code": userCode, "interval": interval, "expires_in": int64(expiresIn.Seconds()),
		"verification_uri": page, "verification_uri_complete": page + "?" + url.Values{"user_code": {userCode}}.Encode(),
	})
}

// activate is the page on which a person approves. It approves by itself.
func (p *Provider) activate(w http.ResponseWriter, q query) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.devices {
		if d.userCode != q.params["user_code"] || time.Now().After(d.expires) {
			continue
		}
		d.denied = q.Deny != ""
		d.approved = !d.denied
		_, _ = w.Write([]byte("The device is connected.\n"))
		return
	}
	http.Error(w, "there is no such code", http.StatusNotFound)
}

// poll is the token endpoint's answer to a device that asks whether it was
// approved.
func (p *Provider) poll(w http.ResponseWriter, q query) {
	p.mu.Lock()
	d := p.devices[q.params["device_code"]]
	word := ""
	switch {
	case d == nil:
		word = "invalid_grant"
	case len(p.behaviour.DeviceErrors) > 0:
		word = p.behaviour.DeviceErrors[0]
		p.behaviour.DeviceErrors = p.behaviour.DeviceErrors[1:]
	case time.Now().After(d.expires):
		word = "expired_token"
	case d.denied:
		word = "access_denied"
	case !d.approved && time.Since(d.lastPoll) < d.interval*4/5: // a little early is the network's doing
		word = "slow_down"
	case !d.approved:
		word = "authorization_pending"
	default:
		delete(p.devices, q.params["device_code"])
	}
	if d != nil {
		d.lastPoll = time.Now()
	}
	p.mu.Unlock()
	if word != "" {
		status := http.StatusBadRequest
		if word == "authorization_pending" || word == "access_denied" {
			status = http.StatusForbidden // as Auth0 has it
		}
		refuse(w, status, word, "the device code is not one to get tokens for now")
		return
	}
	p.give(w, q, d.grant, true)
}
