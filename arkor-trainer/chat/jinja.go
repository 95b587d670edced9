package chat

import _ "embed"

//go:embed chatml.jinja
var chatMLJinja string

// ChatMLJinja returns the chat template of the builtin model, in the form that
// tokenizer_config.json holds. It renders what Template does.
func ChatMLJinja() string { return chatMLJinja }
