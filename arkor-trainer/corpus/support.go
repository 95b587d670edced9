package corpus

import "github.com/arkorlab/arkor-go/arkor-trainer/chat"

// reply is what support answers to a ticket.
func (t *talk) reply(k ticket) string {
	var opening string
	switch {
	case k.mood == problem && k.level == high:
		opening = t.answer("I am sorry, I understand that this is urgent.", "I am very sorry. I will take care of it right away.", "I see that this cannot wait.")
	case k.mood == problem:
		opening = t.answer("I am sorry about that.", "I am sorry to hear that.", "That should not happen, I am sorry.", "Thank you for telling us.", "Oh, that is not good.")
	case k.mood == request:
		opening = t.answer("Thank you for your message.", "I am happy to help.", "Sure.", "Good question.", "Of course.")
	}
	if t.chance(25) {
		opening = ""
	}
	if t.values["signer"] != "" && t.chance(50) {
		opening = t.answer("[Hello|Hi|Dear] {signer}, ") + opening
	}
	closing := ""
	if t.chance(20) {
		closing = t.answer("Is there anything else?", "Have a nice day.", "Please write again if you need more help.", "I hope that helps.")
	}
	return tidy(opening + " " + t.answer(k.scene.reply...) + " " + closing)
}

func systems() []string {
	return []string{
		"You are a helpful support assistant.", "You are a friendly support assistant[ for {company}|].", "You work in the support team of {company}.",
		"You help the customers of {company}.", "You are a helpful assistant.", "You are a kind assistant. Keep your answers short.",
		"Answer in short and plain English.", "Help the customer in a friendly way.", "You answer messages from customers.",
		"You are the assistant of [a web shop|an online shop|a small software company].", "Be polite and brief.", "You are Arkor Tiny, a small assistant.",
	}
}

// withSystem puts a system turn before some conversations.
func (t *talk) withSystem(percent int, messages []chat.Message) []chat.Message {
	if !t.chance(percent) {
		return messages
	}
	return append([]chat.Message{{Role: chat.System, Content: t.say(systems()...)}}, messages...)
}

// support is a dialogue of a customer with support.
func (t *talk) support(scenes []scene) []chat.Message {
	s := pick(t.random, scenes)
	k := t.ticket(s)
	messages := []chat.Message{{Role: chat.User, Content: k.text}}
	if s.mood != praise && t.values["order"] == "" && t.values["product"] != "" && t.chance(20) {
		messages = append(messages,
			chat.Message{Role: chat.Assistant, Content: t.answer("I am sorry about that. What is your order number?", "Of course. Can you tell me the order number?", "I will check that. Which order is it?")},
			chat.Message{Role: chat.User, Content: t.say("It is {order}.", "{order}", "The number is {order}.", "Order {order}.")})
		answer := t.answer("Thank you[, I found order {order}|].") + " " + t.answer(s.reply...)
		messages = append(messages, chat.Message{Role: chat.Assistant, Content: answer})
		return t.withSystem(45, messages)
	}
	messages = append(messages, chat.Message{Role: chat.Assistant, Content: t.reply(k)})
	if len(s.next) > 0 && t.chance(40) {
		e := pick(t.random, s.next)
		messages = append(messages, chat.Message{Role: chat.User, Content: t.say(e.user)}, chat.Message{Role: chat.Assistant, Content: t.answer(e.assistant)})
	}
	if t.chance(22) {
		messages = append(messages,
			chat.Message{Role: chat.User, Content: t.say("[Thanks|Thank you|Great, thanks|Good, thank you|Perfect][.|!| so much.]", "That [helps|is great]. Thank you.", "[Okay|All right], thanks[, bye|].")},
			chat.Message{Role: chat.Assistant, Content: t.answer("You are welcome.[| Have a nice day!| Have a good day!]", "[Happy to help|Any time|My pleasure].[| Have a nice day!]", "You are welcome, {signer}.")})
	}
	return t.withSystem(45, messages)
}
