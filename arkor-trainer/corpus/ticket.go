package corpus

import "strings"

// ticket is a message to support with what a careful reader would say about it.
type ticket struct {
	scene
	text    string
	feeling string // "angry"; "" when the message does not say
	level   urgency
	reason  string // why it is of that urgency; "" when nothing says so
}

func feelings() map[string][]string {
	return map[string][]string{
		"angry":        {"I am [really|very|so] angry.", "This makes me angry.", "I am angry about this."},
		"worried":      {"I am [very|a bit] worried.", "I worry about this.", "This worries me."},
		"disappointed": {"I am [very|so] disappointed.", "That is a disappointment."},
		"sad":          {"I am [really|very] sad about it.", "That makes me sad."},
		"confused":     {"I am [a bit|quite] confused.", "I do not understand this at all.", "This is confusing."},
	}
}

// feelingNames is in a fixed order, which a map is not.
func feelingNames() []string { return []string{"angry", "worried", "disappointed", "sad", "confused"} }

// ticket writes a message for a scene.
func (t *talk) ticket(s scene) ticket {
	k := ticket{scene: s, level: s.urgency, reason: s.why}
	var parts []string
	add := func(percent int, texts ...string) {
		if t.chance(percent) {
			parts = append(parts, t.say(texts...))
		}
	}
	add(35, "Hello,", "Hi,", "Good morning,", "Hi there,", "Dear team,", "Hello {company} team,", "Good evening,")
	greeted := len(parts) > 0
	add(100, s.tell...)
	if greeted && t.chance(30) {
		parts[0] += "\n"
	} else if greeted {
		parts[1] = t.continued(parts[1])
	}
	add(60, s.detail...)
	if s.mood == problem && t.chance(25) {
		k.feeling = pick(t.random, feelingNames())
		add(100, feelings()[k.feeling]...)
	}
	if s.mood != praise && t.chance(50) {
		cues := highCues()
		if s.urgency != high && t.chance(45) {
			cues, k.level = lowCues(), low
		} else {
			k.level = high
		}
		c := pick(t.random, cues)
		k.reason = c.why
		add(100, c.text)
	}
	add(60, s.ask...)
	text := strings.Join(parts, " ")
	if t.chance(20) {
		text += pick(t.random, []string{" ", "\n"}) + t.say("[Thanks|Thank you|Best regards|Greetings], {signer}", "{signer}")
	}
	k.text = t.typed(tidyLines(text))
	return k
}

// continued makes the start of a sentence follow a comma: in lower case, unless
// it is "I" or a name.
func (t *talk) continued(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if first == "I" || first == t.values["name"] {
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// typed gives some messages the look of having been typed in a hurry.
func (t *talk) typed(text string) string {
	switch {
	case t.chance(8):
		return strings.ToLower(text)
	case t.chance(6):
		return strings.TrimRight(text, ".")
	case t.chance(5):
		return misspell(t.random, text)
	}
	return text
}

// misspell swaps two letters inside of a longer word.
func misspell(r *random, text string) string {
	fields := strings.Split(text, " ")
	i := r.intn(len(fields))
	word := []byte(fields[i])
	if len(word) < 5 || strings.ContainsAny(fields[i], "0123456789\n.,?!") {
		return text
	}
	at := 1 + r.intn(len(word)-3)
	word[at], word[at+1] = word[at+1], word[at]
	fields[i] = string(word)
	return strings.Join(fields, " ")
}

func tidyLines(text string) string {
	text = strings.ReplaceAll(text, "\n ", "\n")
	return strings.TrimSpace(strings.ReplaceAll(text, " \n", "\n"))
}

// feelingAnswer says how the writer feels.
func (t *talk) feelingAnswer(k ticket) string {
	switch {
	case k.feeling != "":
		return t.answer("The customer is "+k.feeling+".", "They are "+k.feeling+".", "The writer sounds "+k.feeling+".")
	case k.mood == praise:
		return t.answer("The customer is happy.", "They are happy.", "The writer sounds happy.")
	case k.mood == problem:
		return t.answer("The customer is not happy.", "They are not happy about it.", "The writer sounds unhappy.")
	}
	return t.answer("The customer is calm.", "They are calm and friendly.", "The writer sounds calm.")
}

func (t *talk) happyAnswer(k ticket) string {
	switch {
	case k.mood == praise:
		return t.answer("Yes, the customer is happy.", "Yes, very happy.", "Yes.")
	case k.feeling != "":
		return t.answer("No, the customer is "+k.feeling+".", "No, they are "+k.feeling+".")
	case k.mood == problem:
		return t.answer("No, something went wrong.", "No, there is a problem.", "No.")
	}
	return t.answer("Yes, they only have a question.", "The customer is calm.")
}

// urgencyAnswer says how urgent the message is, with the reason if it gives one.
func (t *talk) urgencyAnswer(k ticket) string {
	because := ""
	if k.reason != "" && t.chance(60) {
		because = ", because " + k.reason
	}
	switch k.level {
	case high:
		return t.answer("It is urgent"+because+".", "The urgency is high"+because+".", "It is very urgent"+because+".")
	case low:
		return t.answer("It is not urgent"+because+".", "The urgency is low"+because+".", "It can wait"+because+".")
	}
	return t.answer("It is of [normal|medium] urgency.", "The urgency is [normal|medium].", "The urgency is medium.")
}

// teamAnswer names the team.
func (t *talk) teamAnswer(k ticket) string {
	return t.answer("The "+k.team+" team.", "This is for the "+k.team+" team.", "The "+k.team+" team should answer it.", "It belongs to the "+k.team+" team.")
}

func (t *talk) topicAnswer(k ticket) string {
	return t.answer("It is about "+k.topic+".", "It is about "+k.topic+".", "The message is about "+k.topic+".", "This is about "+k.topic+".")
}
