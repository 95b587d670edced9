package redactiondata

// Tags are the kinds of personal data, in the order in which trainer.ts
// declares them. In a sentence "{name}" stands for one of its kind, and what is
// left of it in an answer is "[NAME]".
func Tags() []string { return []string{"name", "email", "phone", "order", "card"} }

// personal are sentences that give something away. A message has at most one of
// each kind.
func personal(tag string) []string {
	switch tag {
	case "name":
		return []string{
			"My name is {name}.", "I am {name}.", "This is {name}.", "{name} wrote to you on {day}.", "Please ask for {name}.",
			"{name} and {name} bought it.", "The parcel is for {name}.",
		}
	case "email":
		return []string{
			"Please write to {email}.", "My mail address is {email}.", "Send the answer to {email}.", "My account is {email}.",
			"Please change {email} to {email}.",
		}
	case "phone":
		return []string{
			"Please call me at {phone}.", "My phone number is {phone}.", "You can call {phone} on {day}.", "Call {phone} in the morning.",
			"Call {phone} or {phone}.",
		}
	case "order":
		return []string{
			"My order is {order}.", "It is about order {order}.", "Order {order} has not arrived.", "I want to cancel order {order}.",
			"I got order {order}, but not order {order}.",
		}
	}
	return []string{
		"I paid with card {card}.", "My card is {card}.", "Please send the money to card {card}.", "Card {card} was charged twice.",
	}
}

// neutral are sentences that may stay as they are. Numbers and names of days in
// them are nobody's.
func neutral() []string {
	return []string{
		"The {item} is broken.", "The {item} is too small.", "The {item} is late.", "I want to return the {item}.", "I bought the {item} on {day}.",
		"The {item} costs {money}.", "I paid {money}.", "I have waited for {number} days.", "Where is my {item}?", "I need a new {item}.",
		"Please help me.", "I want my money back.", "Please answer this week.", "It is very urgent.",
	}
}

func greetings() []string { return []string{"Hello!", "Hi!", "Good morning!", "Dear team!"} }

func items() []string {
	return []string{
		"desk lamp", "blue jacket", "kettle", "backpack", "winter coat", "headset", "keyboard", "monitor", "tent", "toaster", "carpet", "mirror",
		"speaker", "camera", "umbrella", "notebook",
	}
}

func days() []string { return []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"} }

// names are those of people who do not exist, made of a first and a second one.
// Held-out messages have names of their own.
func names(heldOut bool) (first, second []string) {
	if heldOut {
		return []string{"Nora", "Felix", "Grace", "Tom", "Rosa", "Ivan", "Mila", "Arne"},
			[]string{"Winter", "Lindgren", "Moser", "Keller", "Rossi", "Brook", "Fields", "Jansen"}
	}
	return []string{
			"Anna", "Ben", "Clara", "David", "Emma", "Hugo", "Ida", "Jonas", "Kate", "Leo", "Maria", "Oscar", "Paula", "Sam", "Victor", "Wendy", "Zoe", "Adam",
			"Carl", "Diana", "Erik", "Fiona", "Hannah", "Julia", "Kevin", "Lena", "Martin", "Peter", "Sven", "Tilda", "Ruth", "Otto",
		}, []string{
			"Berg", "Marsh", "Holm", "Weber", "Stone", "Carter", "Lopez", "Novak", "Silva", "Green", "Fischer", "Dubois", "Hart", "Larsen", "Meyer", "Conti",
			"Wood", "Baker", "Visser", "Olsen", "Reed", "Martinez", "Frost", "Young", "Bauer", "Rivera", "Hill", "Norman",
		}
}
