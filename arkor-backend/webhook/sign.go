// Package webhook tells other programs how jobs ended: signed messages, sent
// until somebody takes them, as https://www.standardwebhooks.com describes.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	secretPrefix = "whsec_"
	minKey       = 24
	maxKey       = 64
)

// Key reads a secret as users write it: the prefix, and the base64 of the key.
// The error goes on behind the secret's name and does not hold it.
func Key(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(key) < minKey || len(key) > maxKey || strings.ContainsAny(encoded, "\r\n") {
		return nil, errors.New("must be " + secretPrefix + " and the base64 of " + strconv.Itoa(minKey) + " to " + strconv.Itoa(maxKey) +
			" random bytes; `openssl rand -base64 32` makes them")
	}
	return key, nil
}

// Sign returns the value of the header webhook-signature.
func Sign(key []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
