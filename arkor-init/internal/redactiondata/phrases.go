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
		return []string{"My name is {name}.", "Ask for {name}.", "The parcel is for {name}.", "{name} and {name} bought it."}
	case "email":
		return []string{"Please write to {email}.", "My mail address is {email}.", "Send the answer to {email}.", "Change {email} to {email}."}
	case "phone":
		return []string{"Please call {phone}.", "My phone number is {phone}.", "You can reach me at {phone}.", "Try {phone} or {phone}."}
	case "order":
		return []string{"It is about order {order}.", "Order {order} has not arrived.", "I want to cancel order {order}.", "I got order {order}, but not {order}."}
	}
	return []string{"I paid with card {card}.", "My card is {card}.", "Card {card} was charged twice."}
}

// neutral are sentences that may stay as they are.
func neutral() []string {
	return []string{
		"The lamp is broken.", "The jacket is too small.", "Where is my kettle?", "We need a new phone.", "Can you help me?", "I want my money back.",
		"There is no hurry.", "Nobody has answered for two weeks.", "It costs 30 euros.", "We are at home on Monday.",
	}
}

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
