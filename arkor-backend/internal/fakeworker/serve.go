package fakeworker

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// serve answers with what the last message says, word by word. The message may
// begin with a command: "die" (after one word), "hang" (likewise), "long",
// "broken". When it is told to cancel a hanging answer, and when it leaves in
// order, it writes the files $FAKE_CANCELLED and $FAKE_GONE.
func serve(model string) int {
	if filepath.Base(model) == "broken" {
		say(`{"type":"error","error":"model.safetensors is cut off","code":"internal"}`)
		return 1
	}
	if filepath.Base(model) == "stuck" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0
	}
	say(`{"type":"ready","model":%q,"maxLength":512}`, model)
	hanging := map[string]bool{}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var op struct {
			ID, Op, Adapter string
			Messages        []struct{ Content string }
		}
		if err := json.Unmarshal(lines.Bytes(), &op); err != nil {
			return 1
		}
		if op.Op == "cancel" {
			if hanging[op.ID] {
				say(`{"id":%q,"type":"done","finishReason":"cancelled"}`, op.ID)
				_ = os.WriteFile(os.Getenv("FAKE_CANCELLED"), nil, 0o600)
			}
			continue
		}
		words := strings.SplitAfter(op.Messages[len(op.Messages)-1].Content, " ")
		if op.Adapter != "" {
			weights, _ := os.ReadFile(filepath.Join(op.Adapter, "adapter_model.safetensors"))
			words = append([]string{"[" + string(weights) + "] "}, words...)
		}
		if trouble(op.ID, strings.TrimSpace(words[0])) {
			continue
		}
		switch strings.TrimSpace(words[0]) {
		case "long":
			say(`{"id":%q,"type":"error","error":"700 tokens do not fit into 512","code":"context_too_long"}`, op.ID)
		case "die":
			say(`{"id":%q,"type":"token","text":"dying"}`, op.ID)
			return 1
		case "hang":
			say(`{"id":%q,"type":"token","text":"hanging"}`, op.ID)
			hanging[op.ID] = true
		case "broken":
			say(`{"id":%q,"type":"token","text":"so far"}`, op.ID)
			say(`{"id":%q,"type":"error","error":"out of memory"}`, op.ID)
		default:
			for _, word := range words {
				say(`{"id":%q,"type":"token","text":%q}`, op.ID, word)
			}
			say(`{"id":%q,"type":"done","finishReason":"stop","promptTokens":5,"completionTokens":%d}`, op.ID, len(words))
		}
	}
	_ = os.WriteFile(os.Getenv("FAKE_GONE"), nil, 0o600)
	return 0
}
