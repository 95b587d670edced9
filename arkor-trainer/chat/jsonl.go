package chat

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxLine is the largest line of a dataset, in bytes.
const MaxLine = 1 << 20

const forms = `{"messages":[{"role":"user","content":"..."},{"role":"assistant","content":"..."}]} or {"prompt":"...","completion":"..."}`

// ReadJSONL reads a dataset with one conversation per line, in OpenAI's chat
// form or as prompt and completion. Empty lines, a byte order mark and Windows
// line ends are allowed. name is what errors, each a LineError, call the file.
// A dataset without samples is no error here; see Check.
func ReadJSONL(r io.Reader, name string) ([]Sample, error) {
	var samples []Sample
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), MaxLine+len("\r\n"))
	number := 0
	for lines.Scan() {
		number++
		line := lines.Bytes()
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		sample, err := parseSample(line)
		if err != nil {
			return nil, &LineError{name, number, err}
		}
		sample.Line = number
		samples = append(samples, sample)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, &LineError{name, number + 1, fmt.Errorf("the line is longer than %d MiB", MaxLine>>20)}
	} else if err != nil {
		return nil, &LineError{name, number + 1, err}
	}
	return samples, nil
}

// LineError is what is wrong with a line of a dataset.
type LineError struct {
	File string
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s: %v", place(e.File, e.Line), e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

type jsonSample struct {
	Messages   *[]jsonMessage `json:"messages"`
	Prompt     *string        `json:"prompt"`
	Completion *string        `json:"completion"`

	Tools     json.RawMessage `json:"tools"`
	Functions json.RawMessage `json:"functions"`
}

func parseSample(line []byte) (Sample, error) {
	if !utf8.Valid(line) {
		return Sample{}, errors.New("not UTF-8 text")
	}
	var s jsonSample
	if err := json.Unmarshal(line, &s); err != nil {
		return Sample{}, jsonError(err)
	}
	switch {
	case s.Messages != nil && len(*s.Messages) > 0:
		if isSet(s.Functions) {
			return Sample{}, errors.New("functions are not supported: write them as tools")
		}
		tools, err := parseTools(s.Tools)
		if err != nil {
			return Sample{}, err
		}
		messages, err := parseMessages(*s.Messages, tools)
		return Sample{Messages: messages, Tools: tools}, err
	case s.Messages != nil:
		return Sample{}, errors.New("no messages")
	case s.Prompt != nil && s.Completion != nil:
		return Sample{Messages: []Message{{Role: User, Content: *s.Prompt}, {Role: Assistant, Content: *s.Completion}}}, nil
	}
	return Sample{}, fmt.Errorf("not a conversation: expected %s", forms)
}

// jsonError words a decoding error for someone who does not know Go's types.
func jsonError(err error) error {
	var wrongType *json.UnmarshalTypeError
	if !errors.As(err, &wrongType) {
		return fmt.Errorf("not JSON: %w", err)
	}
	if wrongType.Field == "" {
		return fmt.Errorf("not a JSON object but %s: expected %s", article(wrongType.Value), forms)
	}
	return fmt.Errorf("%q is %s: expected %s", wrongType.Field, article(wrongType.Value), forms)
}

func article(kind string) string {
	kind, _, _ = strings.Cut(kind, " ")
	switch kind {
	case "bool":
		return "true or false"
	case "array", "object":
		return "an " + kind
	}
	return "a " + kind
}

// parseContent accepts a string, or OpenAI's list of parts if all are text.
func parseContent(raw json.RawMessage) (string, error) {
	var text string
	if len(raw) > 0 && raw[0] == '"' {
		err := json.Unmarshal(raw, &text)
		return text, err
	}
	var parts []struct {
		Type string  `json:"type"`
		Text *string `json:"text"`
	}
	if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &parts) != nil {
		return "", errors.New("content is not text")
	}
	for _, part := range parts {
		if part.Type != "text" || part.Text == nil {
			return "", fmt.Errorf("content of the type %q is not supported, only text", shorten(part.Type))
		}
		text += *part.Text
	}
	return text, nil
}

// shorten keeps an error on one line.
func shorten(text string) string {
	const limit = 160
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}
