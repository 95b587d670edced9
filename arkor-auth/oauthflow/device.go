package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cli/oauth/api"
	"github.com/cli/oauth/device"
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

// longestDeviceWait bounds what a provider may ask us to wait.
const longestDeviceWait = 30 * time.Minute

// RequestDevice begins a device flow.
func (p Provider) RequestDevice(ctx context.Context) (DeviceCode, error) {
	if p.Endpoints.DeviceAuthorization == "" {
		return DeviceCode{}, ErrNoDeviceFlow
	}
	post := &poster{ctx: ctx, http: p.HTTP}
	code, err := device.RequestCode(post, p.Endpoints.DeviceAuthorization, p.ClientID, strings.Fields(scope), device.WithAudience(p.Audience))
	switch {
	case errors.Is(err, device.ErrUnsupported):
		return DeviceCode{}, ErrNoDeviceFlow
	case err != nil && post.status != 0:
		return DeviceCode{}, fmt.Errorf("device authorization failed (%d): %s", post.status, post.shown())
	case err != nil:
		return DeviceCode{}, err
	}
	return DeviceCode{
		UserCode: Printable(code.UserCode), URI: Printable(code.VerificationURI), Complete: Printable(code.VerificationURIComplete),
		Expires: min(time.Duration(code.ExpiresIn)*time.Second, longestDeviceWait), code: code,
	}, nil
}

// WaitDevice asks until the person has agreed or refused, or the code expires.
func (p Provider) WaitDevice(ctx context.Context, code DeviceCode) (Tokens, error) {
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, code.Expires)
	defer cancel()
	post := &poster{ctx: ctx, http: p.HTTP}
	token, err := device.Wait(ctx, post, p.Endpoints.Token, device.WaitOptions{ClientID: p.ClientID, DeviceCode: code.code})
	var refusal *api.Error
	switch {
	case outer.Err() == nil && ctx.Err() != nil, errors.As(err, &refusal) && refusal.Code == "expired_token":
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
