package triagedata

type slot struct {
	name   string
	values []string
}

// slots are the words that vary inside of a sentence.
func slots() []slot {
	return []slot{
		{"item", []string{"kettle", "desk lamp", "headset", "backpack", "office chair", "blender", "monitor", "tent", "mirror", "toaster", "keyboard", "wall clock", "speaker", "carpet"}},
		{"otheritem", []string{"phone case", "teapot", "scarf", "puzzle", "garden hose", "frying pan", "notebook", "umbrella"}},
		{"wear", []string{"winter coat", "blue jacket", "sweater", "raincoat", "dress", "shirt", "helmet"}},
		{"colour", []string{"red", "blue", "green", "black", "white", "grey"}},
		{"day", []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}},
		{"otherday", []string{"Saturday", "Sunday"}},
		{"month", []string{"January", "March", "April", "June", "August", "October", "November"}},
		{"place", []string{"Rome", "Oslo", "Madrid", "Chicago", "Sydney"}},
		{"part", []string{"calendar", "dashboard", "report page", "search", "chat window", "task list", "contact list", "photo editor", "invoice page", "map"}},
		{"device", []string{"phone", "tablet", "laptop", "work computer"}},
	}
}

func highCues() []string {
	return []string{
		"We need a solution within the next hour.", "Please react immediately, we are losing sales.", "This cannot wait, our event is tonight.",
		"I need an answer as soon as possible, today at the latest.", "Our customers are standing in the shop right now.", "Please treat this as an emergency.",
		"We are at a standstill until you fix it.", "I leave early tomorrow, so it must be solved today.", "This is the third time I ask, please act at once!",
		"Urgent, please call back today.", "Every hour costs us money.", "My deadline is tomorrow at noon.",
	}
}

func lowCues() []string {
	return []string{
		"No pressure at all.", "Whenever it suits you.", "I am just curious.", "It is no big deal for me.", "Some day next month is early enough.",
		"Please do the important things first.", "It can wait, I only wanted to mention it.", "There is really no rush.", "Answer when things are quiet.",
		"It does not bother me much.", "No need to hurry with this.", "Not urgent, just so that you know.",
	}
}

// mediumCues leave it open how soon an answer is needed.
func mediumCues() []string {
	return []string{
		"", "", "", "", "What can be done about it?", "Please have a look at it this week.", "I look forward to your answer.", "Could you help me with that?",
		"Let me know what you need from me.", "How do we go on from here?", "A reply in the next days would be nice.", "Please tell me what to do.",
	}
}

func greetings() []string {
	return []string{"", "", "", "", "", "Hello,", "Hi,", "Good day,", "Hey,", "Dear support,", "Hello support team,"}
}

func farewells() []string {
	return []string{"", "", "", "", "", "", "Thanks", "Thank you.", "Kind regards", "Thanks in advance."}
}
