package corpus

import "github.com/arkorlab/arkor-go/arkor-trainer/chat"

// question is something to ask about a ticket.
type question struct {
	ask    []string
	answer func(*talk, ticket) string
}

func questions() []question {
	return []question{
		{[]string{
			"What is this message about?", "What is this about?", "What does the customer write about?", "Name the topic of the message.",
			"Say what the message is about.", "What is the topic?", "Tell me what this message is about.",
		}, (*talk).topicAnswer},
		{[]string{
			"Which team should answer this?", "Who should get this message?", "Which team is this for?", "Name the team that should answer.",
			"Sort this message to a team.", "Where does this message belong?", "Which team can help here?",
		}, (*talk).teamAnswer},
		{[]string{
			"How urgent is it?", "How urgent is this message?", "Is this urgent?", "Say how urgent the message is.", "Can this wait?", "What is the urgency?",
		}, (*talk).urgencyAnswer},
		{[]string{
			"Which team is this for, and how urgent is it?", "Name the team and the urgency.", "Who should answer it, and can it wait?",
		}, func(t *talk, k ticket) string { return t.teamAnswer(k) + " " + t.urgencyAnswer(k) }},
		{[]string{
			"What is it about, and how urgent is it?", "Name the topic and the urgency.",
		}, func(t *talk, k ticket) string { return t.topicAnswer(k) + " " + t.urgencyAnswer(k) }},
		{[]string{
			"Summarise this in one line.", "Sum this up in one sentence.", "Make it one short sentence.", "What does the customer say, in short?",
			"Give me the short version.", "Write one line about this message.",
		}, func(t *talk, k ticket) string { return t.answer(k.summary...) }},
		{[]string{
			"What should we do next?", "What is the next step?", "What should support do?", "What has to be done?", "Name the next step.",
		}, func(t *talk, k ticket) string { return t.answer(k.action...) }},
		{[]string{
			"How does the customer feel?", "What is the mood of the message?", "How does the writer sound?", "How does the writer feel?",
		}, (*talk).feelingAnswer},
		{[]string{
			"Is the customer happy?", "Is the writer happy?", "Does the customer sound happy?",
		}, (*talk).happyAnswer},
		{[]string{
			"Write a short answer.", "What would you answer?", "Answer the customer.", "Please write a friendly reply.", "Reply to this message.",
		}, func(t *talk, k ticket) string { return t.reply(k) }},
	}
}

// facts are questions whose answer is a word of the message.
func facts() []struct {
	slot   string
	ask    []string
	answer []string
} {
	return []struct {
		slot   string
		ask    []string
		answer []string
	}{
		{"order", []string{"What is the order number?", "Which order is it?", "Find the order number."}, []string{"The order number is {order}.", "It is order {order}.", "{order}."}},
		{"product", []string{"Which product is it about?", "What did the customer buy?", "Name the product."}, []string{"It is about the {product}.", "The {product}.", "A {product}."}},
		{"amount", []string{"How much money is it about?", "What is the amount?", "Find the amount."}, []string{"It is about {amount}.", "The amount is {amount}.", "{amount}."}},
		{"feature", []string{"Which part of the app is it about?", "Name the part of the app."}, []string{"It is about the {feature}.", "The {feature}."}},
		{"device", []string{"Which device does the customer use?", "Name the device."}, []string{"The customer uses a {device}.", "A {device}."}},
		{"plan", []string{"Which plan is it about?", "Name the plan."}, []string{"It is about the {plan}.", "The {plan}."}},
		{"signer", []string{"Who wrote this?", "What is the name of the customer?", "Who is the message from?"}, []string{"It is from {signer}.", "{signer} wrote it.", "{signer}."}},
		{"city", []string{"Which city is in the message?", "Name the city."}, []string{"It is {city}.", "{city}."}},
		{"month", []string{"Which month is it about?"}, []string{"It is about {month}.", "{month}."}},
		{"day", []string{"Which day is in the message?"}, []string{"It is {day}.", "{day}."}},
	}
}

// reading is a conversation about a ticket: a question, its answer, and
// sometimes a second question.
func (t *talk) reading(scenes []scene) []chat.Message {
	k := t.ticket(pick(t.random, scenes))
	ask, answer := t.question(k)
	var messages []chat.Message
	switch t.intn(6) {
	case 0, 1:
		messages = []chat.Message{{Role: chat.System, Content: ask}, {Role: chat.User, Content: k.text}}
	case 2:
		messages = []chat.Message{{Role: chat.User, Content: k.text + "\n\n" + ask}}
	case 3:
		messages = []chat.Message{{Role: chat.User, Content: t.say("[Message|Mail|Ticket|Text]:") + " " + k.text + "\n" + t.say("[Question|Task]:") + " " + ask}}
	default:
		messages = []chat.Message{{Role: chat.User, Content: ask + "\n\n" + k.text}}
	}
	messages = append(messages, chat.Message{Role: chat.Assistant, Content: answer})
	for range 2 {
		if !t.chance(25) {
			break
		}
		next, reply := t.question(k)
		if next == ask || messages[0].Content == next {
			break
		}
		messages = append(messages, chat.Message{Role: chat.User, Content: next}, chat.Message{Role: chat.Assistant, Content: reply})
	}
	return messages
}

func (t *talk) question(k ticket) (ask, answer string) {
	if t.chance(18) {
		fact := pick(t.random, facts())
		if t.values[fact.slot] != "" {
			return t.say(fact.ask...), t.answer(fact.answer...)
		}
	}
	q := pick(t.random, questions())
	return t.say(q.ask...), q.answer(t, k)
}
