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
)

// Header is where a request carries the token of the launch.
const Header = "X-Arkor-Studio-Token"

// minToken is the length below which a token could be guessed.
const minToken = 16

// Launch is one run of "arkor dev": where it listens, and the secret that its
// own page knows.
type Launch struct {
	Port int
	// Token comes with every request for /api, in a header.
	Token string
}

// NewLaunch returns a launch with a new secret.
func NewLaunch(port int) Launch { return Launch{Port: port, Token: secret()} }

// secret returns 32 random bytes as 43 characters of base64url.
func secret() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// String and GoString keep the secret out of messages.
func (l Launch) String() string   { return fmt.Sprintf("launch on port %d", l.Port) }
func (l Launch) GoString() string { return l.String() }

func (l Launch) check() error {
	if len(l.Token) < minToken {
		return errors.New("the token of a launch is too short")
	}
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
