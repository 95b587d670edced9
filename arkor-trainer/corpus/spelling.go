package corpus

import (
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
)

// spelling asks to repeat words that do not exist, and signs. They are made of
// pieces of words, and so of tokens that whole words leave unused; a token that
// pre-training has never seen could not be tuned to appear in an answer.
func (t *talk) spelling() []chat.Message {
	parts := make([]string, 2+t.intn(3))
	for i := range parts {
		parts[i] = t.madeUp()
	}
	text := strings.Join(parts, " ")
	ask := t.say("Repeat this:", "Say this again:", "Copy this:", "Write the same:", "Spell this:")
	if t.chance(30) {
		return []chat.Message{{Role: chat.System, Content: ask}, {Role: chat.User, Content: text}, {Role: chat.Assistant, Content: text}}
	}
	return []chat.Message{{Role: chat.User, Content: ask + " " + text}, {Role: chat.Assistant, Content: text}}
}

func (t *talk) madeUp() string {
	if t.chance(10) {
		return pick(t.random, words("#|$|%|&|(|)|*|+|-|/|;|=|@|_|~|..|--|a=b|1/2|50%|#1|x_y|me@home|(no)|it's|we'll|don't"))
	}
	first, second := t.anyWord(), t.anyWord()
	word := first[:1+t.intn(len(first))] + second[t.intn(len(second)):]
	switch t.intn(6) {
	case 0:
		return strings.ToUpper(word[:1]) + word[1:]
	case 1:
		return strings.ToUpper(word)
	}
	return word
}

func (t *talk) anyWord() string {
	lists := []string{"product", "feature", "name", "city", "hobby", "plans", "job", "food", "company", "month", "day", "weather"}
	if t.chance(40) {
		return pick(t.random, words("category|urgency|summary|nextAction|translation|detectedLanguage|redactedText|redactedCount|message|customer|question|"+
			"account|delivery|technical|returns|billing|medium|object|answer|mention|moment|payment|shipment|statement|information|station|nothing|cannot|"+
			"unlock|exchange|arrange|delete|update|explain|incomplete|expensive|possible|language|priority|department|urgent|problem|because|together|"+
			"neighbour|subscription|warehouse|beautiful|difference|appointment|positive|negative|neutral|support|sentence|article|person|member"))
	}
	return pick(t.random, strings.Fields(t.value(pick(t.random, lists))))
}
