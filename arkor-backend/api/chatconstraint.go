package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-backend/inference"
)

// constraint reads what the answer must look like, nil for anything.
func (b *chatFields) constraint() *inference.Constraint {
	format, structured := b.responseFormat(), b.structuredOutputs()
	if format != nil && structured != nil {
		b.invalid(b.spelled("structuredOutputs"), "and %s cannot be given both", b.spelled("responseFormat"))
	}
	if structured != nil {
		return structured
	}
	return format
}

func (b *chatFields) responseFormat() *inference.Constraint {
	name := b.spelled("responseFormat")
	var format *struct {
		Type       string `json:"type"`
		JSONSchema *struct {
			Name   string          `json:"name"`
			Schema json.RawMessage `json:"schema"`
			Strict bool            `json:"strict"`
		} `json:"json_schema"`
	}
	b.read("responseFormat", &format)
	switch {
	case format == nil || format.Type == "text":
		return nil
	case format.Type == "json_object":
		return &inference.Constraint{Type: format.Type}
	case format.Type != "json_schema":
		b.invalid(name+".type", `must be "text", "json_object" or "json_schema"`)
		return nil
	case format.JSONSchema == nil:
		b.invalid(name+".json_schema", "is missing")
		return nil
	}
	schema := format.JSONSchema
	switch at := name + ".json_schema"; {
	case !toolName.MatchString(schema.Name):
		b.invalid(at+".name", "must be 1 to 64 of a-z, A-Z, 0-9, _ and -")
	case !given(schema.Schema) || schema.Schema[0] != '{':
		b.invalid(at+".schema", "must be a JSON Schema object")
	case schema.Strict:
		var value any
		b.decode(at+".schema", schema.Schema, &value)
		if pointer, problem := notStrict("", value); problem != "" {
			b.refuse("invalid_schema", at+".schema", "is not strict at %s: %s", place(pointer), problem)
		}
	}
	return &inference.Constraint{Type: format.Type, Schema: schema.Schema, Strict: schema.Strict}
}

// place is a JSON pointer as people say it.
func place(pointer string) string {
	if pointer == "" {
		return "its root"
	}
	return pointer
}

// notStrict returns the first place in a schema, as a JSON pointer, whose
// objects may have properties that are not required.
func notStrict(pointer string, value any) (at, problem string) {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			if at, problem := notStrict(pointer+"/"+strconv.Itoa(i), item); problem != "" {
				return at, problem
			}
		}
	case map[string]any:
		if problem := looseObject(value); problem != "" {
			return pointer, problem
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			below := pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
			switch key {
			case "const", "enum", "default", "examples": // data, not schemas
			case "properties", "$defs", "definitions", "patternProperties":
				schemas, _ := value[key].(map[string]any) // names of properties are no words of a schema
				for _, name := range slices.Sorted(maps.Keys(schemas)) {
					if at, problem := notStrict(below+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), schemas[name]); problem != "" {
						return at, problem
					}
				}
			default:
				if at, problem := notStrict(below, value[key]); problem != "" {
					return at, problem
				}
			}
		}
	}
	return "", ""
}

func looseObject(schema map[string]any) (problem string) {
	properties, _ := schema["properties"].(map[string]any)
	types, _ := schema["type"].([]any)
	if schema["type"] != "object" && !slices.Contains(types, any("object")) && properties == nil {
		return ""
	}
	if schema["additionalProperties"] != false {
		return "additionalProperties must be false"
	}
	required, _ := schema["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(required, any(name)) {
			return "required must list all properties: " + strconv.Quote(name) + " is missing"
		}
	}
	return ""
}

func (b *chatFields) structuredOutputs() *inference.Constraint {
	name := b.spelled("structuredOutputs")
	var s *struct {
		JSON       json.RawMessage `json:"json"`
		Regex      *string         `json:"regex"`
		Choice     []string        `json:"choice"`
		Grammar    *string         `json:"grammar"`
		JSONObject *bool           `json:"json_object"`

		Compact bool    `json:"disable_any_whitespace"`
		Closed  bool    `json:"disable_additional_properties"`
		Between *string `json:"whitespace_pattern"`
	}
	b.read("structuredOutputs", &s)
	if s == nil || b.err != nil {
		return nil
	}
	c := &inference.Constraint{}
	count := 0
	choose := func(kind, key string, ok bool, must string) {
		count++
		c.Type = kind
		if !ok {
			b.invalid(name+"."+key, "must be %s", must)
		}
	}
	if given(s.JSON) {
		choose("json_schema", "json", s.JSON[0] == '{', "a JSON Schema object")
		c.Schema = s.JSON
	}
	if s.Regex != nil {
		choose("regex", "regex", *s.Regex != "", "a regular expression")
		c.Pattern = *s.Regex
	}
	if s.Choice != nil {
		choose("choice", "choice", len(s.Choice) > 0, "a list of at least one string")
		c.Choices = s.Choice
	}
	if s.Grammar != nil {
		choose("grammar", "grammar", strings.TrimSpace(*s.Grammar) != "", "a grammar in EBNF")
		c.Grammar = *s.Grammar
	}
	if s.JSONObject != nil {
		choose("json_object", "json_object", *s.JSONObject, "true")
	}
	if count != 1 {
		b.invalid(name, "must have exactly one of json, regex, choice, grammar and json_object")
	}
	no := false
	if s.Compact {
		c.AnyWhitespace = &no
	}
	if s.Closed {
		c.AdditionalProperties = &no
	}
	if s.Between != nil {
		c.WhitespacePattern = *s.Between
	}
	return c
}
