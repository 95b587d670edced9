package corpus

import "github.com/arkorlab/arkor-go/arkor-trainer/chat"

// orders is a question about an order whose facts stand in the system turn, so
// that the model learns to answer from what it has been given.
func (t *talk) orders() []chat.Message {
	type state struct {
		fact   string
		answer []string
	}
	s := pick(t.random, []state{
		{"Order {order} ({product}) left on {sent} and arrives on {due}.", []string{
			"[Order {order}|Your {product}] left our warehouse on {sent} and should arrive on {due}.", "It is on the way and should be with you on {due}.", "It arrives on {due}.",
		}},
		{"Order {order} ({product}) is {status}. It leaves on {due}.", []string{
			"[Order {order}|Your {product}] is {status} and leaves on {due}.", "It is {status} right now. It will leave on {due}.", "It has not left yet, but it will on {due}.",
		}},
		{"Order {order} ({product}) is {place} since {sent}.", []string{
			"[Order {order}|Your {product}] is {place} since {sent}.", "It is {place}.", "You can find it {place}.",
		}},
		{"Order {order} ({product}) came back to us on {sent}. The money, {amount}, was sent back.", []string{
			"[Order {order}|Your {product}] came back to us on {sent}, and we sent you {amount}.", "It came back to us, so we sent you the money.",
		}},
		{"Order {order} ({product}) was delivered on {sent}.", []string{
			"[Order {order}|Your {product}] was delivered on {sent}.", "It was delivered on {sent}. Please ask your neighbours if you do not have it.",
		}},
		{"Order {order} ({product}, {colour}) costs {amount} and is {status}.", []string{
			"[Order {order}|Your {product}] is {status}.", "It is {status}. It costs {amount}.",
		}},
	})
	fact := t.say(s.fact)
	if t.chance(30) {
		fact = t.say(systems()...) + " " + fact
	}
	messages := []chat.Message{
		{Role: chat.System, Content: fact},
		{Role: chat.User, Content: t.say(
			"[Hello, |Hi, |]where is my order?", "Where is order {order}?", "[Hi, |]when do I get my {product}?", "What about my {product}?",
			"Can you tell me where order {order} is?", "[Hello, |]I want to know the status of my order.", "Any news about order {order}?")},
		{Role: chat.Assistant, Content: t.answer(s.answer...)},
	}
	if t.chance(50) {
		type detail struct{ slot, ask, answer string }
		d := pick(t.random, []detail{
			{"order", "[What is the order number?|Which number does it have?]", "[The order number is {order}.|It is {order}.]"},
			{"product", "[What did I order?|What is in it?]", "[You ordered a {product}.|It is the {product}.]"},
			{"due", "[Which day was that?|On which day?]", "On {due}."},
			{"amount", "[How much is it?|How much money was it?]", "It is {amount}."},
			{"colour", "Which colour is it?", "It is {colour}."},
			{"place", "Where exactly?", "It is {place}."},
			{"sent", "Since when?", "Since {sent}."},
		})
		if t.values[d.slot] != "" {
			messages = append(messages, chat.Message{Role: chat.User, Content: t.say(d.ask)}, chat.Message{Role: chat.Assistant, Content: t.answer(d.answer)})
		}
	}
	if t.chance(20) {
		messages = append(messages, chat.Message{Role: chat.User, Content: t.say("Thank you.", "Thanks!", "Good, thanks.", "Great.")},
			chat.Message{Role: chat.Assistant, Content: t.answer("You are welcome.", "Have a nice day!", "Happy to help.")})
	}
	return messages
}
