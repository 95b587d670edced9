// Package grammar holds answers to a form while they are written: a JSON Schema,
// a regular expression, a list of choices, a grammar, or calls of tools.
package grammar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/regular"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/schema"
)

// Types of a Spec.
const (
	JSONObject = "json_object"
	JSONSchema = "json_schema"
	Regex      = "regex"
	Choice     = "choice"
	EBNF       = "grammar"
)

// Spec says what form an answer has to have. Which of the fields count depends
// on the type.
type Spec struct {
	Type    string          `json:"type"`
	Schema  json.RawMessage `json:"schema,omitempty"`
	Strict  bool            `json:"strict,omitempty"`
	Pattern string          `json:"pattern,omitempty"`
	Choices []string        `json:"choices,omitempty"`
	Grammar string          `json:"grammar,omitempty"`

	// For JSON. Absent, the first and the last mean true.
	AnyWhitespace        *bool  `json:"anyWhitespace,omitempty"`
	WhitespacePattern    string `json:"whitespacePattern,omitempty"`
	AdditionalProperties *bool  `json:"additionalProperties,omitempty"`
}

// Error says why no answer can be held to a form.
type Error struct{ Err error }

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

const (
	maxChoices     = 10_000
	maxChoiceBytes = 1 << 20
)

// options reads how JSON is to be written.
func (s *Spec) options() (o schema.Options, err error) {
	o = schema.Options{
		Strict:  s.Strict,
		Closed:  s.AdditionalProperties != nil && !*s.AdditionalProperties,
		Compact: s.AnyWhitespace != nil && !*s.AnyWhitespace,
	}
	if s.WhitespacePattern != "" {
		o.Compact = false
		if o.Whitespace, err = regular.Full(s.WhitespacePattern); err != nil {
			return o, fmt.Errorf("whitespacePattern is %w", err)
		}
		if !onlyWhitespace(o.Whitespace) {
			return o, errors.New("whitespacePattern matches more than white space, which would not be JSON")
		}
	}
	return o, nil
}

func onlyWhitespace(d *regular.DFA) bool {
	for _, s := range d.States {
		for _, a := range s.Arcs {
			for r := a.Lo; r <= a.Hi; r++ {
				if !strings.ContainsRune(" \t\n\r", r) {
					return false
				}
			}
		}
	}
	return true
}

// add appends what the form allows.
func (s *Spec) add(b *network.Builder) (network.Rule, error) {
	switch s.Type {
	case JSONObject, JSONSchema:
		o, err := s.options()
		if err != nil {
			return 0, err
		}
		if s.Type == JSONObject {
			return schema.Object(b, o)
		}
		if len(bytes.TrimSpace(s.Schema)) == 0 {
			return 0, errors.New("there is no schema")
		}
		return schema.Compile(b, s.Schema, o)
	case Regex:
		d, err := regular.Full(s.Pattern)
		if err != nil {
			return 0, fmt.Errorf("the regular expression is %w", err)
		}
		r, start := b.Rule("the regular expression")
		b.Final(b.Automaton(start, d, false))
		return r, nil
	case Choice:
		return s.addChoices(b)
	case EBNF:
		return parseEBNF(b, s.Grammar)
	}
	return 0, fmt.Errorf("%q is not one of json_object, json_schema, regex, choice, grammar", s.Type)
}

func (s *Spec) addChoices(b *network.Builder) (network.Rule, error) {
	size := 0
	for _, choice := range s.Choices {
		if !utf8.ValidString(choice) {
			return 0, errors.New("a choice is not UTF-8 text")
		}
		size += len(choice)
	}
	switch {
	case len(s.Choices) == 0:
		return 0, errors.New("there are no choices")
	case len(s.Choices) > maxChoices || size > maxChoiceBytes:
		return 0, fmt.Errorf("there are more than %d choices, or they have more than %d KiB together", maxChoices, maxChoiceBytes>>10)
	}
	r, start := b.Rule("the choices")
	b.Final(b.Words(start, s.Choices))
	return r, nil
}

// build makes a network and words what went wrong for the caller.
func build(define func(*network.Builder) (network.Rule, error)) (*network.Network, error) {
	n, err := network.Build(define)
	var recursion *network.RecursionError
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, network.ErrNothing):
		err = errors.New("no answer satisfies it: its conditions contradict each other")
	case errors.As(err, &recursion):
		err = recursion
	}
	return nil, &Error{err}
}

// Compile returns the network of the answers that have the form. Errors are of
// type *Error.
func (s *Spec) Compile() (*network.Network, error) { return build(s.add) }
