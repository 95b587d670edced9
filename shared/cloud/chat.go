package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// Message is one message of a chat.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// The kinds of an Adapter.
const (
	AdapterFinal      = "final"
	AdapterCheckpoint = "checkpoint"
)

// Adapter names what a job trained: Kind AdapterFinal, or AdapterCheckpoint with
// a Step.
type Adapter struct {
	Kind  string `json:"kind"`
	JobID string `json:"jobId"`
	Step  *int64 `json:"step,omitempty"`
}

// ChatRequest asks for one answer, from exactly one of Adapter and BaseModel.
type ChatRequest struct {
	Messages    []Message `json:"messages"`
	Adapter     *Adapter  `json:"adapter,omitempty"`
	BaseModel   string    `json:"baseModel,omitempty"`
	Temperature *float64  `json:"temperature,omitempty"`
	TopP        *float64  `json:"topP,omitempty"`
	MaxTokens   *int64    `json:"maxTokens,omitempty"`
}

// Chat asks for an answer and calls text for each piece of it as it arrives.
// It returns the first error, text's own included.
func (c *Client) Chat(ctx context.Context, scope Scope, chat ChatRequest, text func(string) error) error {
	body := struct {
		ChatRequest
		Stream bool `json:"stream"`
	}{chat, true}
	req, err := c.request(ctx, http.MethodPost, "/v1/inference/chat", scope.query(), body)
	if err != nil {
		return err
	}
	res, err := c.do(req)
	if err != nil {
		return err
	}
	stream := NewStream(res.Body)
	defer stream.Close()
	for {
		frame, err := stream.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case frame.Event == EventPing:
			continue
		case frame.Event == EventEnd || frame.Data == "[DONE]":
			return nil
		case frame.Event == "error":
			return frameError(frame.Data)
		}
		if piece := chatText(frame.Data); piece != "" {
			if err := text(piece); err != nil {
				return err
			}
		}
	}
}

func frameError(data string) error {
	var body struct{ Error string }
	if json.Unmarshal([]byte(data), &body) == nil && body.Error != "" {
		return errors.New(body.Error)
	}
	return errors.New("the backend broke off the answer")
}

// chatText returns the text in the data of a chat frame: that of the first
// choice's delta, or what older servers sent in its place.
func chatText(data string) string {
	if data == "" {
		return ""
	}
	var value any
	if json.Unmarshal([]byte(data), &value) != nil {
		return data
	}
	switch value := value.(type) {
	case string:
		return value
	case map[string]any:
		if choices, _ := value["choices"].([]any); len(choices) > 0 {
			choice, _ := choices[0].(map[string]any)
			delta, _ := choice["delta"].(map[string]any)
			if text, ok := delta["content"].(string); ok {
				return text
			}
		}
		for _, key := range []string{"content", "text"} {
			if text, ok := value[key].(string); ok {
				return text
			}
		}
	}
	return ""
}
