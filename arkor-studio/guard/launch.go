// Package guard decides who may ask the server anything. The page can start
// trainings, which run the project's code, so whoever passes here can run code
// as this user.
package guard

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// Header is where a request carries the token of the launch.
const Header = "X-Arkor-Studio-Token"

// minToken is the length below which a token could be guessed.
const minToken = 16

// Launch is one run of "arkor dev": where it listens, and the two secrets that
// its own page knows.
type Launch struct {
	Port int
	// Token comes with every request for /api, in a header.
	Token string
	// Stream comes in a cookie, for event streams alone: a browser's EventSource
	// cannot send a header. It opens nothing else.
	Stream string
}

// NewLaunch returns a launch with new secrets.
func NewLaunch(port int) Launch { return Launch{Port: port, Token: secret(), Stream: secret()} }

// secret returns 32 random bytes as 43 characters of base64url.
func secret() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// String and GoString keep the secrets out of messages.
func (l Launch) String() string   { return fmt.Sprintf("launch on port %d", l.Port) }
func (l Launch) GoString() string { return l.String() }

func (l Launch) check() error {
	if len(l.Token) < minToken || len(l.Stream) < minToken {
		return errors.New("the token of a launch is too short")
	}
	return nil
}

// CookieName names the port: browsers share cookies between all ports of a host.
func (l Launch) CookieName() string { return "arkor_studio_" + strconv.Itoa(l.Port) }

// Cookie is what the page gets when it is loaded.
func (l Launch) Cookie() *http.Cookie {
	return &http.Cookie{Name: l.CookieName(), Value: l.Stream, Path: "/api", HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
