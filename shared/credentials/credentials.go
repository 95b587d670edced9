// Package credentials reads and writes ~/.arkor/credentials.json, which other
// programs read and write as well.
package credentials

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/jsonfile"
)

// ManagedCloud is the API address of a file that names none.
const ManagedCloud = "https://api.arkor.ai"

// Mode is the kind of an identity.
type Mode string

const (
	Anonymous Mode = "anon"
	OAuth     Mode = "oauth"
)

// Credentials are an identity at one API. Unknown fields of the file travel
// along. The zero value is nobody.
type Credentials struct {
	Mode   Mode
	Token  string  // what goes into the Authorization header
	APIURL *string // address that the token was issued for, trailing slashes removed; nil in older files

	// Of an anonymous identity.
	AnonymousID string
	OrgSlug     string

	// Of an OAuth identity.
	RefreshToken string
	ExpiresAt    *int64 // Unix seconds by the provider's clock; nil when unknown
	ClockOffset  int64  // seconds that the provider's clock was ahead of this machine's; 0 when near
	Domain       string // of the provider: a host, or an address with its scheme
	Audience     string
	ClientID     string
	// Addresses of a provider whose paths are not Auth0's; "" otherwise.
	TokenEndpoint, RevocationEndpoint string

	others map[string]json.RawMessage
}

// Address returns the API that the token may be sent to.
func (c Credentials) Address() string {
	if c.APIURL == nil {
		return ManagedCloud
	}
	return *c.APIURL
}

// String shows who this is, and no secret.
func (c Credentials) String() string {
	if c.Mode == Anonymous {
		return "anonymous identity " + cli.OneLine(c.AnonymousID)
	}
	if c.Domain == "" {
		return "account"
	}
	return "account of " + cli.OneLine(c.Domain)
}

// GoString keeps secrets out of %#v.
func (c Credentials) GoString() string { return c.String() }

var (
	// ErrSignedOut means that there is no identity: no file, or one that says nothing.
	ErrSignedOut = errors.New("not signed in")
	// ErrUnusable means that the file holds something that this release cannot
	// use and must not overwrite.
	ErrUnusable = errors.New("cannot be used")
)

// CorruptError is a file that is not JSON. It is an ErrSignedOut too.
type CorruptError struct{ Path string }

func (e *CorruptError) Error() string { return e.Path + " could not be parsed" }

func (e *CorruptError) Is(target error) bool { return target == ErrSignedOut }

// The names of the file's fields.
const (
	fieldMode               = "mode"
	fieldToken              = "token"
	fieldAccessToken        = "accessToken"
	fieldRefreshToken       = "refreshToken"
	fieldExpiresAt          = "expiresAt"
	fieldClockOffset        = "clockOffset"
	fieldDomain             = "auth0Domain"
	fieldAudience           = "audience"
	fieldClientID           = "clientId"
	fieldTokenEndpoint      = "tokenEndpoint"
	fieldRevocationEndpoint = "revocationEndpoint"
	fieldAnonymousID        = "anonymousId"
	fieldAPIURL             = "arkorCloudApiUrl"
	fieldOrgSlug            = "orgSlug"
)

var knownFields = [...]string{
	fieldMode, fieldToken, fieldAccessToken, fieldRefreshToken, fieldExpiresAt, fieldClockOffset, fieldDomain, fieldAudience,
	fieldClientID, fieldTokenEndpoint, fieldRevocationEndpoint, fieldAnonymousID, fieldAPIURL, fieldOrgSlug,
}

// decode reads the file's text. path is for messages.
func decode(path string, data []byte) (Credentials, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\uFEFF")))
	if len(data) == 0 || string(data) == "null" {
		return Credentials{}, ErrSignedOut
	}
	if !json.Valid(data) {
		return Credentials{}, &CorruptError{path}
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return Credentials{}, unusable(path, "it does not hold an object")
	}
	text := func(name string) string { return optional[string](fields, name) }
	c := Credentials{Mode: Mode(text(fieldMode)), APIURL: jsonfile.Get[string](fields, fieldAPIURL)}
	if c.APIURL != nil {
		*c.APIURL = strings.TrimRight(*c.APIURL, "/")
	}
	switch c.Mode {
	case Anonymous:
		c.Token, c.AnonymousID, c.OrgSlug = text(fieldToken), text(fieldAnonymousID), text(fieldOrgSlug)
	case OAuth:
		c.Token, c.RefreshToken = text(fieldAccessToken), text(fieldRefreshToken)
		c.ExpiresAt, c.ClockOffset = jsonfile.Get[int64](fields, fieldExpiresAt), optional[int64](fields, fieldClockOffset)
		c.Domain, c.Audience, c.ClientID = text(fieldDomain), text(fieldAudience), text(fieldClientID)
		c.TokenEndpoint, c.RevocationEndpoint = text(fieldTokenEndpoint), text(fieldRevocationEndpoint)
	default:
		return Credentials{}, unusable(path, fmt.Sprintf("its mode %q is not known to this release", c.Mode))
	}
	if c.Token == "" {
		return Credentials{}, unusable(path, "it holds no token")
	}
	if !ValidToken(c.Token) {
		return Credentials{}, unusable(path, "its token holds a character that no token has")
	}
	for _, name := range knownFields {
		delete(fields, name)
	}
	c.others = fields
	return c, nil
}

// ValidToken reports whether a text can be a token, that is, stand in a header.
func ValidToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

func unusable(path, why string) error {
	err := fmt.Errorf("%s %w: %s", path, ErrUnusable, why)
	return cli.Hint(err, "move the file away, or remove it with `arkor logout`; then sign in again")
}

// optional returns a field, or its zero value when it is absent or of another type.
func optional[T any](fields map[string]json.RawMessage, name string) (value T) {
	if p := jsonfile.Get[T](fields, name); p != nil {
		value = *p
	}
	return value
}

// fields lists what this release knows of an identity, in the file's order.
func (c Credentials) fields() (list []jsonfile.Field) {
	add := func(name string, value any) { list = append(list, jsonfile.Field{Name: name, Value: value}) }
	add(fieldMode, c.Mode)
	if c.Mode == Anonymous {
		add(fieldToken, c.Token)
		add(fieldAnonymousID, c.AnonymousID)
	} else {
		add(fieldAccessToken, c.Token)
		add(fieldRefreshToken, c.RefreshToken)
		add(fieldExpiresAt, c.ExpiresAt)
		if c.ClockOffset != 0 {
			add(fieldClockOffset, c.ClockOffset)
		}
		add(fieldDomain, c.Domain)
		add(fieldAudience, c.Audience)
		add(fieldClientID, c.ClientID)
		if c.TokenEndpoint != "" {
			add(fieldTokenEndpoint, c.TokenEndpoint)
		}
		if c.RevocationEndpoint != "" {
			add(fieldRevocationEndpoint, c.RevocationEndpoint)
		}
	}
	if c.APIURL != nil {
		add(fieldAPIURL, c.APIURL)
	}
	if c.Mode == Anonymous {
		add(fieldOrgSlug, c.OrgSlug)
	}
	return list
}

// encode returns the file's text, which has no newline at its end.
func (c Credentials) encode() ([]byte, error) { return jsonfile.Encode(c.fields(), c.others) }
