package corpus

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
)

// field is a line of a record.
type field struct {
	key   string // as programs write it, "nextAction"
	value string
	bare  bool // written without quotes in JSON
}

// record returns two to four fields. What it says about a message fits together.
func (t *talk) record() []field {
	s := pick(t.random, allScenes())
	level := pick(t.random, words("low|medium|high"))
	all := []field{
		{"category", s.team, false}, {"category", s.team, false}, {"category", s.team, false}, {"urgency", level, false}, {"urgency", level, false}, {"urgency", level, false},
		{"summary", t.say(s.summary...), false}, {"summary", t.say(s.summary...), false},
		{"nextAction", t.say(s.action...), false}, {"nextAction", t.say(s.action...), false},
		{"topic", s.topic, false}, {"team", s.team, false}, {"priority", level, false}, {"text", t.say(s.tell...), false},
		{"name", t.value("name"), false}, {"status", pick(t.random, words("open|closed|new|done|waiting")), false},
		{"order", t.value("order"), true}, {"id", t.value("number"), true}, {"city", t.value("city"), false}, {"colour", t.value("colour"), false},
		{"type", pick(t.random, words("message|order|user|product|error")), false}, {"title", t.value("product"), false},
		{"language", pick(t.random, words("en|de|fr|es|it")), false}, {"detectedLanguage", pick(t.random, words("en|de|fr|es|it")), false},
		{"answer", pick(t.random, words("yes|no|maybe")), false}, {"day", t.value("day"), false}, {"mood", pick(t.random, words("happy|angry|calm|sad|worried")), false},
		{"label", pick(t.random, words("positive|negative|neutral")), false}, {"email", pick(t.random, words("[EMAIL]|none")), false},
		{"translation", t.value("topicword"), false}, {"redactedText", pick(t.random, words("Hello [NAME]|Call [PHONE]|[NAME] wrote this.")), false},
		{"redactedCount", t.value("number"), true}, {"tags", t.value("colour"), false}, {"urgent", pick(t.random, words("true|false")), true},
	}
	for i := range all {
		j := i + t.intn(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
	var fields []field
	used := map[string]bool{}
	for want := 2 + t.intn(3); len(fields) < want; all = all[1:] {
		if !used[all[0].key] {
			used[all[0].key] = true
			fields = append(fields, all[0])
		}
	}
	return fields
}

// json writes a record as JSON, mostly without spaces.
func (t *talk) json(fields []field) string {
	colon, comma := ":", ","
	if t.chance(25) {
		colon, comma = ": ", ", "
	}
	parts := make([]string, len(fields))
	for i, f := range fields {
		value := f.value
		switch {
		case f.key == "tags":
			value = `["` + value + `"` + comma + `"` + t.value("size") + `"]`
		case !f.bare:
			value = `"` + value + `"`
		}
		parts[i] = `"` + f.key + `"` + colon + value
	}
	if t.chance(8) {
		return "{\n  " + strings.Join(parts, ",\n  ") + "\n}"
	}
	return "{" + strings.Join(parts, comma) + "}"
}

// form writes a record as lines of a form.
func form(fields []field) string {
	var out strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&out, "%s: %s\n", capitalize(f.spoken()), f.value)
	}
	return out.String()
}

// spoken is the key in words: "next action".
func (f field) spoken() string {
	var out strings.Builder
	for _, r := range f.key {
		if unicode.IsUpper(r) {
			out.WriteByte(' ')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// said is the field as a part of a sentence.
func (f field) said() string {
	value := strings.TrimSuffix(f.value, ".")
	if f.key == "tags" {
		return "the first tag is " + value
	}
	if value != f.value || strings.HasSuffix(value, "?") {
		return "the " + f.spoken() + " says: " + strings.TrimSuffix(value, "?")
	}
	return "the " + f.spoken() + " is " + value
}

// records is a question about a record that the user shows. The answers are
// plain English: the model learns what the characters of such formats are, so
// that they can be taught to it, but not to write them.
func (t *talk) records() []chat.Message {
	fields := t.record()
	shown := t.json(fields)
	if t.chance(20) {
		shown = strings.TrimSpace(form(fields))
	}
	ask, answer := t.aboutRecord(fields)
	var messages []chat.Message
	switch t.intn(4) {
	case 0:
		messages = []chat.Message{{Role: chat.System, Content: ask}, {Role: chat.User, Content: shown}}
	case 1:
		messages = []chat.Message{{Role: chat.User, Content: shown + "\n\n" + ask}}
	default:
		messages = []chat.Message{{Role: chat.User, Content: ask + "\n\n" + shown}}
	}
	messages = append(messages, chat.Message{Role: chat.Assistant, Content: answer})
	if t.chance(35) {
		if next, reply := t.aboutRecord(fields); next != ask {
			messages = append(messages, chat.Message{Role: chat.User, Content: next}, chat.Message{Role: chat.Assistant, Content: reply})
		}
	}
	return messages
}

func (t *talk) aboutRecord(fields []field) (ask, answer string) {
	var keys, facts []string
	for _, f := range fields {
		keys, facts = append(keys, f.spoken()), append(facts, f.said())
	}
	switch t.intn(8) {
	case 0, 1:
		return t.say("Say this in plain English.", "Put this into words.", "What does this say?", "Read this to me."), tidy(enumerate(facts) + ".")
	case 2:
		return t.say("Which fields are there?", "What is in it?", "Name the fields."), tidy("There is " + enumerate(keys) + ".")
	case 3:
		return t.say("How many fields are there?", "How many lines would this be?"), t.say("There are " + []string{"two", "three", "four"}[len(fields)-2] + ".")
	}
	f := pick(t.random, fields)
	return t.say("What is the "+f.spoken()+"?", "Tell me the "+f.spoken()+".", "Find the "+f.spoken()+".", "Which "+f.spoken()+" is it?"), tidy(f.said() + ".")
}

func enumerate(parts []string) string {
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
