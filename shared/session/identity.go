package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// The modes of an identity, as arkor-auth names them.
const (
	Anonymous = "anon"
	Local     = "local" // on the backend of this machine
)

// Identity is the answer of "arkor-auth token --json".
type Identity struct {
	Token     string         `json:"token"`
	Mode      string         `json:"mode"`
	APIURL    string         `json:"apiUrl"`
	OrgSlug   string         `json:"orgSlug"`
	ExpiresAt *int64         `json:"expiresAt"` // Unix seconds; nil when unknown
	Scope     *project.Scope `json:"scope"`     // nil unless it was asked for
}

// String and GoString keep the token out of messages.
func (i Identity) String() string   { return i.Mode + " identity at " + i.APIURL }
func (i Identity) GoString() string { return i.String() }

// Ask runs "arkor-auth token --json" with further arguments. rejected is the
// token that a backend refused, which is renewed; "" is none. What arkor-auth
// has to say it says on env.Stderr itself: the error is a *cli.ExitError then.
func Ask(ctx context.Context, env cli.Env, rejected string, args ...string) (Identity, error) {
	args = append([]string{"token", "--json"}, args...)
	if rejected != "" {
		sum := sha256.Sum256([]byte(rejected))
		args = append(args, "--rejected", hex.EncodeToString(sum[:]))
	}
	var as Identity
	err := sibling.JSON(ctx, env, &as, "arkor-auth", args...)
	if err == nil && (as.Token == "" || as.APIURL == "") {
		err = errors.New("arkor-auth did not name an address and a token")
	}
	return as, err
}

// NobodyListens reports whether a connection was not made at all: a local
// backend has left, and comes back when arkor-auth is asked.
func NobodyListens(err error) bool {
	var failed *net.OpError
	return errors.As(err, &failed) && failed.Op == "dial"
}
