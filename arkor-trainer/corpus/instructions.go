package corpus

import (
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
)

// instruction is a small task on a text.
func (t *talk) instruction() []chat.Message {
	ask, answer := t.task()
	messages := []chat.Message{{Role: chat.User, Content: ask}, {Role: chat.Assistant, Content: answer}}
	if t.chance(20) {
		ask, answer = t.task()
		messages = append(messages, chat.Message{Role: chat.User, Content: ask}, chat.Message{Role: chat.Assistant, Content: answer})
	}
	return t.withSystem(25, messages)
}

func (t *talk) task() (ask, answer string) {
	switch t.intn(7) {
	case 0:
		rude, polite, _ := strings.Cut(pick(t.random, []string{
			"Send me the {product}.=Could you please send me the {product}?", "Give me my money back.=Could you please give me my money back?",
			"Where is my parcel?=Could you please tell me where my parcel is?", "Fix the {feature}.=Could you please fix the {feature}?",
			"Call me on {day}.=Could you please call me on {day}?", "Close the door.=Could you please close the door?",
			"I want a {product}.=I would like a {product}, please.", "Answer me.=I would be happy about an answer.",
			"You are too slow.=I would be glad if it could go a little faster.", "This {product} is bad.=I am sorry to say that I do not like the {product}.",
			"Help me with the {feature}.=Could you please help me with the {feature}?", "Come here on {day}.=Could you please come here on {day}?",
			"Tell {name} to wait.=Could you please ask {name} to wait?", "Wait.=Could you please wait a moment?",
			"I need {drink}.=Could I have {drink}, please?", "Change order {order}.=Could you please change order {order}?",
		}), "=")
		said := t.say(rude)
		return t.say("Say it politely:", "Make this polite:", "Say this in a friendly way:", "Write this more kindly:", "How can I say this politely?") + " " + said, t.say(polite)
	case 1:
		kind := pick(t.random, []string{"colours=colour", "kinds of fruit=fruit", "animals=animal", "days=day", "cities=city", "hobbies=hobby", "names=name", "months=month", "jobs=job"})
		many, slot, _ := strings.Cut(kind, "=")
		n := 2 + t.intn(3)
		list := t.several(words(slotWords[slot]), n)
		last := list[len(list)-1]
		count := []string{"two", "three", "four"}[n-2]
		return t.say("Name "+count+" "+many+".", "Tell me "+count+" "+many+".", "Give me "+count+" "+many+".", "List "+count+" "+many+"."),
			tidy(strings.Join(list[:len(list)-1], ", ") + " and " + last + ".")
	case 2:
		long := t.say("[Yesterday|On {day}|Last week] {name} went to {city} to [buy a {product}|see a friend|visit the market|look for a new job].",
			"{name} is a {job} and likes {hobby} very much.", "It was {weather}, so {name} stayed at home and made {food}.",
			"{name} bought a {product} for {amount} and gave it to a friend.", "The {feature} was slow on {day}, but now it works again.",
			"{name} has a {animal} and drinks {drink} every morning.")
		q, a := t.aboutText()
		return long + " " + q, a
	case 3:
		word := pick(t.random, words("hello|order|parcel|summer|thank you|good morning|support|yes|welcome|team|friend|message|yellow|coffee"))
		return t.say("Say "+word+".", "Repeat this: "+word, "Please write the word "+word+".", "Say the word "+word+"."), capitalize(word + ".")
	case 4:
		begin, end, _ := strings.Cut(pick(t.random, []string{
			"I go to the baker to=buy bread.", "When it rains, I take=an umbrella.", "In the morning I drink=a cup of coffee.", "When I am tired, I go to=bed.", "I open the door with=a key.",
			"The sun is=warm and bright.", "In winter it is=cold.", "I wash my hands with=soap and water.", "When my phone is empty, I need=a charger.", "I write a letter with=a pen.",
			"If the parcel is late, I=write to support.", "If I forget my password, I=ask for a new one.", "When the app crashes, I=start it again.", "If the shoes are too small, I=send them back.",
			"When I am hungry, I=eat something.", "If the bill is wrong, I=ask for a new one.",
		}), "=")
		return t.say("Finish the sentence:", "How does it go on?", "Complete this:") + " " + begin + "...", begin + " " + end
	case 5:
		s := pick(t.random, allScenes())
		text := t.ticketCore(s)
		return t.say("Make this shorter:", "Say this in one short line:", "Shorten this:") + " " + text, t.answer(s.summary...)
	}
	names := t.several(words(slotWords["name"]), 2)
	thing := t.value("product")
	if t.chance(50) {
		return t.say(names[0]+" has a "+thing+". "+names[1]+" has none. Who has the "+thing+"?", "The "+thing+" belongs to "+names[0]+", not to "+names[1]+". Whose "+thing+" is it?"),
			t.say(names[0]+" has it.", "It is with "+names[0]+".", names[0]+".")
	}
	return t.say(names[0]+" is older than "+names[1]+". Who is older?", names[0]+" runs faster than "+names[1]+". Who is faster?", names[0]+" came before "+names[1]+". Who came first?"),
		t.say(names[0]+".", "It is "+names[0]+".")
}

// aboutText asks for a word of the text that has just been said.
func (t *talk) aboutText() (ask, answer string) {
	type about struct{ slot, ask, answer string }
	var known []about
	for _, a := range []about{
		{"name", "Who is it about?", "It is about {name}."},
		{"city", "Which city was it?", "It was {city}."},
		{"product", "What was bought?", "It was a {product}."},
		{"job", "What is the job of {name}?", "{name} is a {job}."},
		{"hobby", "What does {name} like?", "{name} likes {hobby}."},
		{"weather", "What was the weather like?", "It was {weather}."},
		{"food", "What did {name} make?", "{name} made {food}."},
		{"amount", "How much was it?", "It was {amount}."},
		{"animal", "Which animal does {name} have?", "{name} has a {animal}."},
		{"drink", "What does {name} drink?", "{name} drinks {drink}."},
		{"feature", "What was slow?", "The {feature} was slow."},
		{"day", "Which day was it?", "It was {day}."},
	} {
		if t.values[a.slot] != "" {
			known = append(known, a)
		}
	}
	if len(known) == 0 {
		return "Who is it about?", "It does not say."
	}
	a := pick(t.random, known)
	return t.say(a.ask), t.say(a.answer)
}

// ticketCore is a ticket without greeting, cues and typing mistakes.
func (t *talk) ticketCore(s scene) string {
	text := t.say(s.tell...)
	for _, more := range [][]string{s.detail, s.ask} {
		if t.chance(60) {
			text += " " + t.say(more...)
		}
	}
	return text
}

// several returns n different words.
func (t *talk) several(from []string, n int) []string {
	left := append([]string(nil), from...)
	for i := range n {
		j := i + t.intn(len(left)-i)
		left[i], left[j] = left[j], left[i]
	}
	return left[:n]
}
