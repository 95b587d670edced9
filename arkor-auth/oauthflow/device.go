package oauthflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cli/oauth/api"
	"github.com/cli/oauth/device"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// ErrNoDeviceFlow means that the provider does not offer it to this client.
var ErrNoDeviceFlow = errors.New("the provider does not offer the device flow")

// DeviceCode is a sign-in that a person completes on another device.
type DeviceCode struct {
	UserCode string
	URI      string // where to type it
	Complete string // where it is typed already; "" when not offered
	Expires  time.Duration

	code *device.CodeResponse
}

// String and GoString keep the secret out of messages.
func (d DeviceCode) String() string   { return "device code " + d.UserCode + " for " + d.URI }
func (d DeviceCode) GoString() string { return d.String() }

// longestDeviceWait bounds what a provider may ask us to wait, in seconds.
const longestDeviceWait = 30 * 60

// RequestDevice begins a device flow.
func (p Provider) RequestDevice(ctx context.Context) (DeviceCode, error) {
	if p.Endpoints.DeviceAuthorization == "" {
		return DeviceCode{}, ErrNoDeviceFlow
	}
	post := &poster{ctx: ctx, http: p.HTTP}
	code, err := device.RequestCode(post, p.Endpoints.DeviceAuthorization, p.ClientID, strings.Fields(scope), device.WithAudience(p.Audience))
	switch {
	case errors.Is(err, device.ErrUnsupported) && !post.isAnotherProblem():
		return DeviceCode{}, ErrNoDeviceFlow
	case err != nil && post.status != 0:
		return DeviceCode{}, fmt.Errorf("device authorization failed (%d): %s", post.status, post.shown())
	case err != nil:
		return DeviceCode{}, err
	}
	expires := time.Duration(min(code.ExpiresIn, longestDeviceWait)) * time.Second
	code.Interval = min(max(code.Interval, 1), longestDeviceWait) // 0 would ask without a pause
	code.ExpiresIn = 2 * longestDeviceWait                        // the end is ours to tell
	return DeviceCode{
		UserCode: cli.OneLine(code.UserCode), URI: cli.OneLine(code.VerificationURI), Complete: cli.OneLine(code.VerificationURIComplete),
		Expires: expires, code: code,
	}, nil
}

// isAnotherProblem reports whether the library takes something else for a provider
// without a device flow: a page of the network, or an audience that is unknown.
func (post *poster) isAnotherProblem() bool {
	var answer struct{ Error string }
	_ = json.Unmarshal(post.body, &answer) // what is not JSON names no error
	return post.status == http.StatusOK || answer.Error == "access_denied"
}

// WaitDevice asks until the person has agreed or refused, or the code expires.
func (p Provider) WaitDevice(ctx context.Context, code DeviceCode) (Tokens, error) {
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, code.Expires)
	defer cancel()
	post := &poster{ctx: ctx, http: p.HTTP}
	token, err := device.Wait(ctx, &poller{poster: post}, p.Endpoints.Token, device.WaitOptions{ClientID: p.ClientID, DeviceCode: code.code})
	var refusal *api.Error
	switch {
	case err != nil && outer.Err() == nil && ctx.Err() != nil, errors.As(err, &refusal) && refusal.Code == "expired_token":
		return Tokens{}, errors.New("the code expired before anyone entered it")
	case errors.As(err, &refusal) && refusal.Code == "access_denied":
		return Tokens{}, errors.New("Authentication failed: access_denied")
	case errors.As(err, &refusal):
		return Tokens{}, fmt.Errorf("Auth0 token exchange failed (%d): %s", post.status, post.shown())
	case err != nil:
		return Tokens{}, err
	case token.RefreshToken == "":
		return Tokens{}, ErrNoRefreshToken
	}
	return post.tokens(token)
}

// pollFailures is how many polls in a row may get no answer: the network of a
// machine that somebody reached by SSH need not be a good one.
const pollFailures = 5

// poller is a poster to which no answer means "not yet".
type poller struct {
	*poster
	failures int
}

// PostForm sends a form and reads the whole answer.
func (p *poller) PostForm(address string, form url.Values) (*http.Response, error) {
	res, err := p.poster.PostForm(address, form)
	if err == nil {
		p.failures = 0
		return res, nil
	}
	if p.failures++; p.failures > pollFailures || p.ctx.Err() != nil {
		return nil, err
	}
	pending := io.NopCloser(strings.NewReader(`{"error":"authorization_pending"}`))
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Body: pending}, nil
}
