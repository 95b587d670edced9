package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxRunText bounds what is kept of a conversation, and of its answer.
const maxRunText = 64 << 10

// run is a chat with an endpoint, as it is kept and shown.
type run struct {
	ID               string        `json:"id"`
	CreatedAt        string        `json:"createdAt"`
	KeyID            *string       `json:"keyId"`            // null where the endpoint asks for none
	Status           string        `json:"status"`           // "completed", "failed" or "cancelled"
	Error            string        `json:"error,omitempty"`  // of a failed one
	Prompt           *string       `json:"prompt,omitempty"` // of /v1/completions
	Messages         []chatMessage `json:"messages,omitempty"`
	Answer           chatMessage   `json:"answer"`              // as far as it came
	Truncated        bool          `json:"truncated,omitempty"` // not all of the texts is kept
	FinishReason     *string       `json:"finishReason"`
	PromptTokens     int64         `json:"promptTokens"`
	CompletionTokens int64         `json:"completionTokens"`
	FirstTokenMS     *int64        `json:"firstTokenMs"`
	DurationMS       int64         `json:"durationMs"`
}

// keepRun remembers a chat unless its endpoint wants it forgotten.
func (s *server) keepRun(e endpoint, a *answer, done inference.Done, err error) {
	if e.RunRetentionMode == cloud.RetainDisabled {
		return
	}
	r := run{
		ID: a.frame.ID, CreatedAt: cloud.Timestamp(a.begun), Status: "completed", Prompt: a.asked.Prompt,
		PromptTokens: done.PromptTokens, CompletionTokens: done.CompletionTokens, DurationMS: time.Since(a.begun).Milliseconds(),
	}
	if e.key != "" {
		r.KeyID = &e.key
	}
	if a.first > 0 {
		ms := a.first.Milliseconds()
		r.FirstTokenMS = &ms
	}
	switch {
	case err == nil:
		r.FinishReason = &done.FinishReason
	case a.c.Context().Err() != nil || errors.Is(err, errGone):
		r.Status = "cancelled"
	default:
		r.Status, r.Error = "failed", err.Error()
	}
	kept := shortened{room: maxRunText}
	if r.Prompt != nil {
		prompt := kept.text(*r.Prompt)
		r.Prompt = &prompt
	}
	r.Messages = kept.messages(a.asked.Messages)
	kept.room = maxRunText
	said := inference.Message{Role: "assistant", Content: a.text.String()}
	for _, call := range a.calls {
		said.ToolCalls = append(said.ToolCalls, inference.ToolCall{ID: call.ID, Name: call.Function.Name, Arguments: *call.Function.Arguments})
	}
	r.Answer, r.Truncated = kept.message(said), kept.cut
	data, err := json.Marshal(r)
	if err != nil {
		s.Log.Error("keep a run", "error", err)
		return
	}
	s.Usage.Keep(context.WithoutCancel(a.c.Context()), store.Run{ID: r.ID, EndpointID: e.ID, CreatedAt: r.CreatedAt, Data: data})
}

// shortened makes texts fit into the room that is left.
type shortened struct {
	room int
	cut  bool
}

func (s *shortened) text(text string) string {
	if len(text) > s.room {
		s.cut = true
		text = text[:s.room]
		for len(text) > 0 && !utf8.ValidString(text[max(0, len(text)-utf8.UTFMax):]) {
			text = text[:len(text)-1]
		}
	}
	s.room -= len(text)
	return text
}

// messages keeps the end of a conversation: what is answered comes last.
func (s *shortened) messages(all []inference.Message) (kept []chatMessage) {
	const overhead = 32 // of a message without a text
	for i := len(all) - 1; i >= 0; i-- {
		if s.room <= overhead {
			s.cut = true
			break
		}
		s.room -= overhead
		kept = append(kept, s.message(all[i]))
	}
	slices.Reverse(kept)
	return kept
}

func (s *shortened) message(m inference.Message) chatMessage {
	content, _ := json.Marshal(s.text(m.Content))
	short := chatMessage{Role: m.Role, Content: content}
	if m.ToolCallID != "" {
		short.ToolCallID = &m.ToolCallID
	}
	for _, call := range m.ToolCalls {
		arguments := s.text(call.Arguments)
		short.ToolCalls = append(short.ToolCalls, chatToolCall{ID: call.ID, Type: "function", Function: chatFunction{Name: call.Name, Arguments: &arguments}})
	}
	return short
}

func (s *server) listRuns(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	limit, err := pageLimit(c.URL.Query())
	if err != nil {
		return err
	}
	before := int64(math.MaxInt64)
	if query := c.URL.Query(); query.Has("cursor") {
		if before, err = strconv.ParseInt(query.Get("cursor"), 36, 64); err != nil {
			return fail(http.StatusBadRequest, "invalid_cursor", "the cursor is not one that this backend gave out")
		}
	}
	s.Usage.Flush(c.Context())
	runs, err := s.Store.Runs(c.Context(), e.ID, before, limit+1) // the one more tells whether there is a next page
	if err != nil {
		return err
	}
	body := map[string]any{"nextCursor": nil}
	if len(runs) > limit {
		runs = runs[:limit]
		body["nextCursor"] = strconv.FormatInt(runs[limit-1].Seq, 36)
	}
	shown := make([]json.RawMessage, len(runs))
	for i, r := range runs {
		shown[i] = r.Data
	}
	body["runs"] = shown
	return c.json(http.StatusOK, body)
}

func (s *server) deleteRuns(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	s.Usage.Flush(c.Context())
	if err := s.Store.DeleteRuns(c.Context(), e.ID); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) deleteRun(c *call) error {
	e, err := s.findEndpoint(c)
	if err != nil {
		return err
	}
	s.Usage.Flush(c.Context())
	err = s.Store.DeleteRun(c.Context(), e.ID, c.PathValue("runId"))
	if errors.Is(err, store.ErrNotFound) {
		return fail(http.StatusNotFound, "run_not_found", "the endpoint has no such run")
	}
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
