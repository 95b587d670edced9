package corpus

import (
	"fmt"
	"iter"
	"strings"
)

// structuredShare is one in how many texts for the tokenizer is structured.
const structuredShare = 8

// TokenizerTexts returns the texts to train the tokenizer on: n conversations
// of Generate, and after every eighth message a piece of structured text such as
// JSON, a form or code. Without those a tuned model would have to spell braces
// and quotes one by one.
func TokenizerTexts(seed int64, n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		r := &random{state: uint64(seed)}
		count := 0
		for _, sample := range Generate(seed, n) {
			for _, m := range sample.Messages {
				if !yield(m.Role) || !yield(m.Content) {
					return
				}
				if count++; count%structuredShare == 0 && !yield(structured(r)) {
					return
				}
			}
		}
	}
}

func structured(r *random) string {
	t := &talk{random: r, values: map[string]string{}}
	switch r.intn(12) {
	case 4:
		return t.say("[Read|Sort|Check] the [ticket|text|message]. Answer with JSON.", "Answer with [one|a] JSON object: category, urgency, summary, nextAction.", "Write JSON with the [fields|keys] name and [text|value|answer].", "Translate the text[ to English|]. Answer with JSON.")
	case 0:
		return t.form()
	case 1:
		return t.code()
	case 2:
		return "- " + t.value("product") + "\n- " + t.value("colour") + "\n- " + t.value("size") + "\n"
	case 3:
		return "| name | day | amount |\n| --- | --- | --- |\n| " + t.value("name") + " | " + t.value("day") + " | " + t.value("amount") + " |\n"
	}
	return t.json()
}

func (t *talk) fields() [][2]string {
	all := [][2]string{
		{"name", t.value("name")}, {"category", pick(t.random, words("billing|delivery|account|technical|returns|sales|product|other"))},
		{"urgency", pick(t.random, words("low|medium|high"))}, {"status", pick(t.random, words("open|closed|new|done|waiting"))},
		{"text", t.value("topicword")}, {"order", t.value("order")}, {"city", t.value("city")}, {"colour", t.value("colour")},
		{"type", pick(t.random, words("message|order|user|product|error"))}, {"title", t.value("product")}, {"id", t.value("number")},
		{"language", pick(t.random, words("en|de|fr|es|it"))}, {"answer", pick(t.random, words("yes|no|maybe"))}, {"day", t.value("day")},
		{"team", pick(t.random, words("billing|delivery|account|technical|returns"))}, {"mood", pick(t.random, words("happy|angry|calm|sad|worried"))},
		{"label", pick(t.random, words("positive|negative|neutral"))}, {"email", pick(t.random, words("[EMAIL]|[NAME]|[PHONE]|none"))},
		{"summary", t.say("The parcel is late.", "The app crashes.", "The customer wants a refund.", "The invoice is wrong.")},
		{"nextAction", t.say("Check the tracking.", "Send a new one.", "Ask the customer.", "Explain the steps.")},
		{"translation", t.value("topicword")}, {"detectedLanguage", pick(t.random, words("en|de|fr|es|it"))},
		{"redactedText", "[NAME]"}, {"redactedCount", t.value("few")}, {"tags", t.value("colour")}, {"priority", pick(t.random, words("low|medium|high"))},
	}
	for i := range all {
		j := i + t.intn(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
	return all[:2+t.intn(3)]
}

func (t *talk) json() string {
	var parts []string
	colon, comma := ":", ","
	if t.chance(35) {
		colon, comma = ": ", ", "
	}
	for _, f := range t.fields() {
		value := `"` + f[1] + `"`
		switch {
		case t.chance(8):
			value = pick(t.random, words("true|false|null|0|1"))
		case t.chance(8):
			value = `["` + f[1] + `"` + comma + `"` + t.value("product") + `"]`
		case t.chance(5):
			value = `{"value"` + colon + value + `}`
		}
		parts = append(parts, `"`+f[0]+`"`+colon+value)
	}
	if t.chance(10) {
		return "{\n  " + strings.Join(parts, ",\n  ") + "\n}"
	}
	return "{" + strings.Join(parts, comma) + "}"
}

func (t *talk) form() string {
	var out strings.Builder
	for _, f := range t.fields() {
		fmt.Fprintf(&out, "%s: %s\n", strings.ToUpper(f[0][:1])+f[0][1:], f[1])
	}
	return out.String()
}

func (t *talk) code() string {
	name := pick(t.random, words("order|name|user|item|total|count|text|result"))
	value := t.value("number")
	return pick(t.random, []string{
		"let " + name + " = " + value + ";\n", "const " + name + " = [" + value + ", 2];\n", "if (" + name + " > " + value + ") {\n  return true;\n}\n",
		"def " + name + "(x):\n    return x + " + value + "\n", "<p>" + t.value("product") + "</p>", "`" + name + "` = **" + value + "**",
		"https://example.com/" + name + "/" + value, "SELECT " + name + " FROM items WHERE id = " + value + ";", "```\n" + name + "()\n```",
	})
}
