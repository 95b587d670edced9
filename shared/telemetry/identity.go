package telemetry

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

const maxID = 1 << 10

// identity is whom the events of a run are counted under.
type identity struct {
	id   string // never empty
	mode string // "oauth", "anon" or "none"
}

// identify looks at what is stored, without a word and without touching it. A
// token from the environment outranks the file and belongs to nobody that is
// known here: such a run counts as "none", and not under the stored identity.
// The error says why an identity cannot be kept; there is one all the same.
func identify(env cli.Env) (identity, error) {
	who := identity{mode: "none"}
	if strings.TrimSpace(env.Getenv("ARKOR_TOKEN")) == "" {
		switch c := peek(env); c.Mode {
		case credentials.OAuth:
			who = identity{subject(c.Token), "oauth"}
		case credentials.Anonymous:
			who = identity{c.AnonymousID, "anon"}
		}
	}
	var err error
	if who.id == "" {
		who.id, err = machineID(env)
	}
	return who, err
}

// peek returns the stored credentials, or nobody's.
func peek(env cli.Env) credentials.Credentials {
	store, err := credentials.Open(env)
	if err != nil {
		return credentials.Credentials{}
	}
	c, _ := store.Peek()
	return c
}

// subject returns the claim "sub" of a JSON web token, or "". The signature is
// the server's business.
func subject(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return ""
	}
	var claims map[string]any
	_ = json.Unmarshal(payload, &claims)
	sub, _ := claims["sub"].(string)
	return sub
}

// machineID returns the id kept in ~/.arkor/telemetry-id, which holds nothing
// but chance. Where there is none to read, it makes one and tries to keep it.
func machineID(env cli.Env) (string, error) {
	fresh := newUUID()
	home, err := env.Home()
	if err != nil {
		return fresh, err
	}
	folder := filepath.Join(home, ".arkor")
	path := filepath.Join(folder, "telemetry-id")
	if data, err := wholefile.Read(path, maxID); err == nil {
		if id := strings.TrimSpace(string(data)); id != "" {
			return id, nil
		}
	}
	_ = os.Mkdir(folder, 0o700) // Write says what is wrong with it
	return fresh, wholefile.Write(path, []byte(fresh), 0o600)
}

// newUUID returns a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
