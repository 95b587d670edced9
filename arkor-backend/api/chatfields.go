package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strings"
	"unicode"
)

// chatFields is the body of a request for an answer, read field by field. Names
// are given in camelCase, as /v1/inference/chat has them; with snake set the
// body spells them as OpenAI does. Null is the same as absent. The first problem
// is kept in err, and nothing is read behind it.
type chatFields struct {
	fields map[string]json.RawMessage
	snake  bool
	err    error
}

// spelled returns a name as the body has it.
func (b *chatFields) spelled(name string) string {
	if !b.snake {
		return name
	}
	var text strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			text.WriteByte('_')
		}
		text.WriteRune(unicode.ToLower(r))
	}
	return text.String()
}

// refuse says that a field, named as in the body, is wrong.
func (b *chatFields) refuse(code, field, format string, args ...any) {
	if b.err != nil {
		return
	}
	f := fail(http.StatusBadRequest, code, "%s "+format, append([]any{field}, args...)...)
	f.details = map[string]string{"field": field}
	b.err = f
}

func (b *chatFields) invalid(field, format string, args ...any) {
	b.refuse("invalid_request", field, format, args...)
}

// read decodes a field into a pointer and leaves it alone when the field is
// absent.
func (b *chatFields) read(name string, into any) {
	name = b.spelled(name)
	b.decode(name, b.fields[name], into)
}

// decode is read for a value inside of a field.
func (b *chatFields) decode(field string, raw json.RawMessage, into any) {
	if b.err != nil || !given(raw) {
		return
	}
	err := json.Unmarshal(raw, into)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		if wrong.Field != "" {
			field += "." + wrong.Field
		}
		b.invalid(field, "must be %s, not %s", kind(wrong.Type.Kind()), wrong.Value)
	case err != nil:
		b.invalid(field, "cannot be read: %v", err)
	}
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// number reads a number and refuses one that allowed does not accept.
func (b *chatFields) number(name, must string, allowed func(float64) bool) *float64 {
	var n *float64
	b.read(name, &n)
	if b.err == nil && n != nil && !allowed(*n) {
		b.invalid(b.spelled(name), "must be %s", must)
	}
	return n
}

// whole reads a whole number of at least low.
func (b *chatFields) whole(name string, low float64) *int64 {
	n := b.number(name, "a whole number", func(n float64) bool { return n == math.Trunc(n) && math.Abs(n) <= 1<<53 })
	if b.err != nil || n == nil {
		return nil
	}
	if *n < low {
		b.invalid(b.spelled(name), "must be at least %v", low)
	}
	whole := int64(*n)
	return &whole
}

// unsupported are fields of OpenAI's that would change the answer and cannot be
// honoured, with the values that change nothing. What is not listed is passed
// over.
func unsupported() []struct {
	name    string
	neutral []any
} {
	return []struct {
		name    string
		neutral []any
	}{
		{"n", []any{1.0}},
		{"bestOf", []any{1.0}},
		{"logprobs", []any{false}},
		{"topLogprobs", []any{0.0}},
		{"presencePenalty", []any{0.0}},
		{"frequencyPenalty", []any{0.0}},
		{"logitBias", []any{map[string]any{}}},
		{"functions", []any{[]any{}}},
		{"functionCall", []any{"none", "auto"}},
		{"modalities", []any{[]any{"text"}}},
		{"audio", nil},
		{"webSearchOptions", nil},
		{"echo", []any{false}},
		{"suffix", []any{""}},
	}
}

func (b *chatFields) refuseUnsupported() {
	for _, field := range unsupported() {
		name := b.spelled(field.name)
		var value any
		b.decode(name, b.fields[name], &value)
		harmless := value == nil
		for _, neutral := range field.neutral {
			harmless = harmless || reflect.DeepEqual(value, neutral)
		}
		if harmless {
			continue
		}
		hint := "leave it out"
		if len(field.neutral) > 0 {
			data, _ := json.Marshal(field.neutral[0])
			hint += fmt.Sprintf(" or send %s", data)
		}
		b.refuse("unsupported_here", name, "is not supported here: %s", hint)
	}
}
