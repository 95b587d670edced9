package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

const supportedTemplates = "supported: ChatML, Llama 3"

// Template renders conversations as the tokens that a model was trained on. It
// is safe for concurrent use.
type Template struct {
	tok    *tokenizer.Tokenizer
	begin  []int32 // once, before everything
	turn   int32   // opens a turn; the role follows
	header []int32 // between the role and the content
	end    int32   // ends a turn
	after  []int32 // after the end of a turn
	stops  []int32

	trim          bool   // the template strips space around contents
	defaultSystem string // system turn of conversations without one
	systemPrefix  string // put before every system turn, which is made when there is none

	tools    bool // the template knows tools
	notation Notation
}

// LoadTemplate recognises the chat template of a model folder. Templates are
// programs in Jinja; rather than run them, LoadTemplate knows the families
// below and refuses others by naming what is supported.
func LoadTemplate(fsys fs.FS, tok *tokenizer.Tokenizer) (*Template, error) {
	source, tools, err := templateSource(fsys)
	if err != nil {
		return nil, err
	}
	t, err := recognize(source, tok)
	if err != nil {
		return nil, err
	}
	t.notation, t.tools = notationOf(tools)
	return t, nil
}

// HasTools reports whether the chat template of a model folder knows tools.
func HasTools(fsys fs.FS) bool {
	_, tools, err := templateSource(fsys)
	_, known := notationOf(tools)
	return err == nil && known
}

func recognize(source string, tok *tokenizer.Tokenizer) (*Template, error) {
	// Documents are other branches of the same program and do not change what
	// plain conversations become. Reasoning does.
	for _, mark := range []string{"reasoning_content", "enable_thinking", "<think>"} {
		if strings.Contains(source, mark) {
			return nil, fmt.Errorf("the chat template is for a model that reasons (%s), which is not supported (%s)", mark, supportedTemplates)
		}
	}
	switch {
	case strings.Contains(source, "<|im_start|>") && strings.Contains(source, "<|im_end|>"):
		return chatML(source, tok)
	case strings.Contains(source, "<|start_header_id|>") && strings.Contains(source, "<|eot_id|>"):
		return llama3(source, tok)
	case source == "":
		return nil, fmt.Errorf("the model has no chat template, so it was not made for conversations (%s)", supportedTemplates)
	}
	return nil, fmt.Errorf("the model's chat template is of no supported kind (%s)", supportedTemplates)
}

// templateSource returns the Jinja source, "" when the folder has none, and
// that for conversations with tools, which is mostly the same.
func templateSource(fsys fs.FS) (source, tools string, err error) {
	if source, err := fs.ReadFile(fsys, "chat_template.jinja"); err == nil {
		return string(source), string(source), nil
	}
	data, err := fs.ReadFile(fsys, "tokenizer_config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("read chat template: %w", err)
	}
	var config struct {
		ChatTemplate json.RawMessage `json:"chat_template"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return "", "", fmt.Errorf("tokenizer_config.json: not JSON: %w", err)
	}
	if len(config.ChatTemplate) == 0 || json.Unmarshal(config.ChatTemplate, &source) == nil {
		return source, source, nil
	}
	var named []struct{ Name, Template string }
	if err := json.Unmarshal(config.ChatTemplate, &named); err != nil {
		return "", "", errors.New("tokenizer_config.json: chat_template is neither text nor a list of templates")
	}
	for _, t := range named {
		switch t.Name {
		case "default":
			source = t.Template
		case "tool_use":
			tools = t.Template
		}
	}
	if tools == "" {
		tools = source
	}
	return source, tools, nil
}

// defaultSystemPattern finds the system turn that some ChatML templates put in
// when a conversation has none, as SmolLM2's and Qwen 2.5's do.
var defaultSystemPattern = regexp.MustCompile(`<\|im_start\|>system(?:\n|\\n)([^<'"{}]+?)<\|im_end\|>`)

func chatML(source string, tok *tokenizer.Tokenizer) (*Template, error) {
	t := &Template{tok: tok, header: tok.Encode("\n"), after: tok.Encode("\n")}
	if err := t.specials("<|im_start|>", "<|im_end|>", "<|endoftext|>"); err != nil {
		return nil, err
	}
	if m := defaultSystemPattern.FindStringSubmatch(source); m != nil {
		t.defaultSystem = strings.ReplaceAll(m[1], `\n`, "\n")
	}
	if strings.Contains(source, "trim") {
		return nil, fmt.Errorf("the model's ChatML template trims contents, which is not supported (%s)", supportedTemplates)
	}
	return t, nil
}

// Llama 3.1 and later begin with two dates. The second is the day of use; the
// templates themselves fall back on this one, and a fixed date keeps training
// and answers the same on every day.
const llama31System = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"

func llama3(source string, tok *tokenizer.Tokenizer) (*Template, error) {
	closing, ok := tok.Special("<|end_header_id|>")
	begin, okBegin := tok.Special("<|begin_of_text|>")
	if !ok || !okBegin {
		return nil, errors.New("the tokenizer lacks the tokens of the Llama 3 template")
	}
	t := &Template{tok: tok, trim: true, begin: []int32{begin}}
	t.header = append([]int32{closing}, tok.Encode("\n\n")...)
	if err := t.specials("<|start_header_id|>", "<|eot_id|>", "<|end_of_text|>", "<|eom_id|>"); err != nil {
		return nil, err
	}
	if strings.Contains(source, "Cutting Knowledge Date") {
		t.systemPrefix = llama31System
	}
	return t, nil
}

// specials looks up the tokens around a turn, and others that end an answer if
// the tokenizer has them.
func (t *Template) specials(turn, end string, stops ...string) error {
	var ok, okEnd bool
	t.turn, ok = t.tok.Special(turn)
	t.end, okEnd = t.tok.Special(end)
	if !ok || !okEnd {
		return fmt.Errorf("the chat template uses %s and %s, but the tokenizer lacks them", turn, end)
	}
	t.stops = []int32{t.end}
	for _, stop := range stops {
		if id, ok := t.tok.Special(stop); ok {
			t.stops = append(t.stops, id)
		}
	}
	return nil
}

// StopTokens returns the tokens that end an answer.
func (t *Template) StopTokens() []int32 { return append([]int32(nil), t.stops...) }

// Trims reports whether white space around contents is left out.
func (t *Template) Trims() bool { return t.trim }

// EndOfTurn returns the token that a model has to learn to end its answers with.
func (t *Template) EndOfTurn() int32 { return t.end }
