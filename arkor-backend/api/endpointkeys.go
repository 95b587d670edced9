package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	maxLabel  = 80
	keyIntro  = "ark_live_"
	keyBytes  = 32
	keyPrefix = 17 // characters that lists show
)

func (s *server) listEndpointKeys(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	keys, err := s.Store.EndpointKeys(c.Context(), e.ID)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"keys": keys})
}

// createEndpointKey tells a new key, this once.
func (s *server) createEndpointKey(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	var body struct {
		Label string `json:"label"`
	}
	if err := c.decode(maxJSON, &body); err != nil {
		return err
	}
	label := strings.TrimSpace(body.Label)
	if n := utf8.RuneCountInString(label); n < 1 || n > maxLabel || strings.ContainsFunc(label, unicode.IsControl) {
		return fail(http.StatusBadRequest, "invalid_request", "label must be a string of 1 to %d characters", maxLabel)
	}
	random := make([]byte, keyBytes)
	_, _ = rand.Read(random) // never fails
	plaintext := keyIntro + base64.RawURLEncoding.EncodeToString(random)
	sum := sha256.Sum256([]byte(plaintext))
	key := cloud.EndpointKey{ID: uuid.NewString(), Label: label, Prefix: plaintext[:keyPrefix], CreatedAt: cloud.Timestamp(time.Now())}
	if err := s.Store.AddEndpointKey(c.Context(), e.ID, key, hex.EncodeToString(sum[:])); err != nil {
		return endpointFailure(err)
	}
	return c.json(http.StatusCreated, map[string]any{"key": cloud.NewEndpointKey{
		ID: key.ID, Label: key.Label, Plaintext: plaintext, Prefix: key.Prefix, CreatedAt: key.CreatedAt,
	}})
}

func (s *server) revokeEndpointKey(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	err = s.Store.RevokeEndpointKey(c.Context(), e.ID, c.PathValue("keyId"))
	if errors.Is(err, store.ErrNotFound) {
		return fail(http.StatusNotFound, "key_not_found", "the endpoint has no such key")
	}
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
