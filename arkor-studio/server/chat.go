package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
)

// chat passes on a conversation, and the answer as it is written. It may make
// the project, so a body that no backend could accept is refused before.
func (s *Server) chat(c *call) error {
	body, err := c.body(maxChat)
	if err != nil {
		return err
	}
	if err := checkChat(body); err != nil {
		return err
	}
	as, err := s.upstream.Identity(c.Context())
	if err != nil {
		return err
	}
	scope, err := s.upstream.Scope(as)
	if errors.Is(err, upstream.ErrNoScope) {
		scope, err = c.makeScope(as)
	}
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/json"}}
	r := upstream.Request{Method: http.MethodPost, Path: "/v1/inference/chat", Query: queryOf(scope), Body: body, Header: header}
	return c.flow(as, r, "application/octet-stream")
}

func checkChat(body []byte) error {
	var chat struct {
		Messages []json.RawMessage `json:"messages"`
	}
	if !json.Valid(body) {
		return errNotJSON
	}
	if trimmed := bytes.TrimSpace(body); trimmed[0] != '{' || json.Unmarshal(trimmed, &chat) != nil || len(chat.Messages) == 0 {
		return fail(http.StatusBadRequest, "invalid_request", "messages must be a list that is not empty")
	}
	return nil
}
