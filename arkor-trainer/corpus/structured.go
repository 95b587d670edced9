package corpus

import "iter"

// structuredShare is one in how many texts for the tokenizer is structured.
const structuredShare = 8

// tokenizerTexts returns the texts to train the tokenizer on: n conversations
// of Generate, and after every eighth message a piece of structured text such as
// JSON, a form or code. Without those a tuned model would have to spell braces
// and quotes one by one.
func tokenizerTexts(seed int64, n int) iter.Seq[string] {
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
	case 0, 1:
		return form(t.record())
	case 2:
		return t.code()
	case 3:
		return "- " + t.value("product") + "\n- " + t.value("colour") + "\n- " + t.value("size") + "\n"
	case 4:
		return "| name | day | amount |\n| --- | --- | --- |\n| " + t.value("name") + " | " + t.value("day") + " | " + t.value("amount") + " |\n"
	case 5:
		return t.say("[Read|Sort|Check] the [ticket|text|message]. Answer with JSON.", "Answer with [one|a] JSON object: category, urgency, summary, nextAction.",
			"Write JSON with the [fields|keys] name and [text|value|answer].", "Translate the text[ to English|]. Answer with JSON.")
	}
	return t.json(t.record())
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
