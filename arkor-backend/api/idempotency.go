package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
)

// inProgress holds the idempotency keys of requests that are being served.
type inProgress struct {
	mu   sync.Mutex
	keys map[string]bool
}

// begin claims a key until done is called, or reports that it is taken.
func (p *inProgress) begin(key string) (done func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys[key] {
		return nil, false
	}
	if p.keys == nil {
		p.keys = map[string]bool{}
	}
	p.keys[key] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.keys, key)
	}, true
}

// idempotency returns the key of a request and the hash of what it asks for:
// its path and its body, whatever order and spacing the body was written in.
func idempotency(c *call, body json.RawMessage) (key, hash string, err error) {
	if _, given := c.Header["Idempotency-Key"]; !given {
		return "", "", nil
	}
	key = c.Header.Get("Idempotency-Key")
	for i := range len(key) {
		if key[i] < 0x20 || key[i] > 0x7e {
			key = ""
			break
		}
	}
	if key == "" || len(key) > 255 {
		return "", "", fail(http.StatusBadRequest, "invalid_request", "Idempotency-Key must be 1 to 255 printable ASCII characters")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", "", err
	}
	canonical, err := json.Marshal(value) // sorts keys
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256(append([]byte(c.URL.Path+"\n"), canonical...))
	return key, hex.EncodeToString(sum[:]), nil
}

func keyFailure(err error) error {
	if errors.Is(err, store.ErrKeyReused) {
		return fail(http.StatusConflict, "idempotency_conflict", "this Idempotency-Key was used for another request")
	}
	return err
}
