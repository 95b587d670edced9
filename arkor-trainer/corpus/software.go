package corpus

// softwareScenes are messages about an app.
func softwareScenes() []scene {
	return []scene{
		{
			team: technical, topic: "a crash", mood: problem, urgency: normal,
			tell: []string{
				"The app [crashes|closes] when I open the {feature}.",
				"The {feature} [crashes|closes by itself] on my {device}.",
				"Your app has been crashing {since}.",
				"Every time I use the {feature}, the app closes.",
			},
			detail:  []string{"I installed it again.", "It worked before the update.", "I started the {device} again.", "It happens to {name} too."},
			ask:     []string{"Can you fix it?", "What can I do?", "Please look at it."},
			summary: []string{"The app crashes[ in the {feature}| on the customer's {device}|]."},
			reply: []string{
				"Please install the newest version. It should fix the crash[ in the {feature}|].",
				"We know about this problem[ with the {feature}|] and will fix it {when}.",
				"Please close the app, start it again and tell me if it still crashes.",
			},
			next: []exchange{{"It still crashes.", "Thank you for trying. I will pass it on to our technical team."}, {"Now it works.", "Very good. I am glad that it works again."}},
		},
		{
			team: technical, topic: "an error message", mood: problem, urgency: normal,
			tell: []string{
				"I [get|see] an error in the {feature}: {error}.",
				"The {feature} has shown the error \"{error}\" {since}.",
				"When I click on save, I see \"{error}\".",
				"There is an error when I open the {feature}.",
			},
			detail:  []string{"I tried {browser}.", "It is the same on my {device}.", "Yesterday it was fine."},
			ask:     []string{"What does it mean?", "How can I solve this?", "Please help me."},
			summary: []string{"The customer sees an error[ in the {feature}|].", "There is an error[ in the {feature}|] and the customer needs help."},
			reply: []string{
				"This error comes up when the page is too old. Please load it again.",
				"Please log out and log in again. If the error stays, send me a picture of it.",
				"The error is on our side. We are working on [the {feature}|it] and it will be fixed {when}.",
			},
			next: []exchange{{"I still see it.", "Thank you. I will ask our technical team to look at it {when}."}, {"It is gone now.", "That is good to hear."}},
		},
		{
			team: technical, topic: "a slow app", mood: problem, urgency: normal,
			tell: []string{
				"The {feature} has been [very|too|so] slow {since}.",
				"It takes {few} minutes to open the {feature}.",
				"Your app is so slow on my {device}.",
				"Everything has been slow {since}.",
			},
			detail:  []string{"My internet is fine.", "Other pages are fast.", "It was fast last month."},
			ask:     []string{"Can you make it faster?", "Is there a problem?", "What is going on?"},
			summary: []string{"The {feature} is slow.", "The customer says the app is slow."},
			reply: []string{
				"We had many users today, so [the {feature}|the app] was slow. It should be fast again now.",
				"Please clear the memory of your browser and try again.",
				"Thank you for telling us. We are looking at [the {feature}|it] right now.",
			},
			next: []exchange{{"It is better now.", "Very good. Please write again if it gets slow."}},
		},
		{
			team: technical, topic: "an outage", mood: problem, urgency: high, why: "nothing works",
			tell: []string{
				"Nothing has worked {since}.",
				"Your [page|service|app] is down.",
				"None of us can open the {feature}.",
				"The whole system has been down {since}.",
			},
			detail:  []string{"All {number} people here have the problem.", "We see only a white page.", "Our shop stands still."},
			ask:     []string{"When will it be back?", "Please fix this.", "What is going on?"},
			summary: []string{"The service is down.", "Nothing works for the customer."},
			reply: []string{
				"We have a problem with our servers and are working on it. It should be back {when}.",
				"Our technical team is on it. I will write to you as soon as it is back.",
			},
			next: []exchange{{"Is our data safe?", "Yes, your data is safe. Nothing is lost."}},
		},
		{
			team: technical, topic: "missing data", mood: problem, urgency: high, why: "data is missing",
			tell: []string{
				"All my [files|notes|contacts] are gone.",
				"The data in the {feature} [is gone|has disappeared].",
				"After the update my {feature} is empty.",
				"I cannot find my [files|photos|notes] any more.",
			},
			detail:  []string{"I did not delete anything.", "They were there on {day}.", "I need them for my work."},
			ask:     []string{"Can you bring them back?", "Please tell me that you have a backup.", "What happened?"},
			summary: []string{"The customer's data is missing.", "Data is missing from [the {feature}|the app]."},
			reply: []string{
				"Please do not worry. We have a backup from last night and will bring it back {when}.",
				"I am asking our technical team to look for it at once.",
			},
			next: []exchange{{"Thank you, I see it again.", "Wonderful. I am glad that it is all back."}},
		},
		{
			team: technical, topic: "a sync problem", mood: problem, urgency: normal,
			tell: []string{
				"The {feature} does not show the same things on my {device} and on the web.",
				"My {device} has not [synced|got new data] {since}.",
				"Changes from my {device} never show up in the {feature}.",
			},
			detail:  []string{"Both use the same account.", "I waited the whole night.", "Sync is switched on."},
			ask:     []string{"How do I fix this?", "What can I do?", "Can you look at it?"},
			summary: []string{"The customer's [{device}|data] does not sync."},
			reply: []string{
				"Please log out on the {device} and log in again. Then it syncs everything.",
				"Please check that the app [on your {device}|] is the newest version.",
			},
			next: []exchange{{"That helped.", "Very good. I am happy to hear that."}},
		},
		{
			team: technical, topic: "how to use the app", mood: request, urgency: low,
			tell: []string{
				"How do I [print|share|export] a [list|report|page] from the {feature}?",
				"I cannot find the {feature}.",
				"Can I use the {feature} on my {device}?",
				"How do I set up the {feature}?",
				"Where do I change the language of the app?",
			},
			detail:  []string{"I am new here.", "I looked at the help page.", "My {device} is two years old."},
			ask:     []string{"Can you show me?", "Please explain it in a few steps.", "Thank you for your help."},
			summary: []string{"The customer asks how to use [the {feature}|the app]."},
			reply: []string{
				"Open [the {feature}|the page], click on the menu in the corner and choose what you need.",
				"Click on settings first, then on [the {feature}|the first line]. There you find it.",
				"Yes, that works. Open the menu and choose share.",
			},
			next: []exchange{{"Found it, thank you.", "You are welcome."}, {"There is no menu on my side.", "Then please install the newest version first."}},
		},
		{
			team: product, topic: "an idea for a new feature", mood: request, urgency: low,
			tell: []string{
				"It would be great if the {feature} [had a dark mode|could be printed|worked without internet].",
				"I have an idea: please add [colours|notes|a timer|a search] to the {feature}.",
				"Could you make the {feature} [bigger|simpler|faster to reach]?",
				"I miss a [calendar|reminder|weekly report] in the app.",
			},
			detail:  []string{"Many people in my team would like that.", "Other apps have it.", "I would use it every day."},
			ask:     []string{"What do you think?", "Is that planned?", "Thank you for reading this."},
			summary: []string{"The customer has an idea for [the {feature}|the app].", "The customer wishes for something new[ in the {feature}|]."},
			reply: []string{
				"Thank you for the idea. I have passed it on to the product team.",
				"That is a good idea. I have put it on our list[ for the {feature}|].",
				"We are already thinking about that. I will write to you when it is there.",
			},
			next: []exchange{{"When will it come?", "I cannot say yet, but we read every idea."}},
		},
		{
			team: product, topic: "praise for the app", mood: praise, urgency: low,
			tell: []string{
				"The new {feature} is [great|wonderful|really good].",
				"I use the {feature} every day and I love it.",
				"Your app saves me {few} hours a week.",
				"Thank you for the new {feature}.",
			},
			detail:  []string{"My team likes it too.", "It is so simple.", "It works very well on my {device}."},
			ask:     []string{"Keep it up!", "Good work!", "Thank you all."},
			summary: []string{"The customer likes [the {feature}|the app]."},
			reply: []string{
				"Thank you for the kind words. I will tell the team[ behind the {feature}|].",
				"I am happy to hear that. Have fun with [the {feature}|it]!",
			},
			next: []exchange{{"What comes next?", "We are working on a faster search. You will see it soon."}},
		},
		{
			team: sales, topic: "choosing a plan", mood: request, urgency: low,
			tell: []string{
				"Which plan is right for {number} people?",
				"What is the difference between the {plan} and the others?",
				"We want to start with the {plan}, or is another one better?",
				"We are a small company in {city} and look for a tool like yours.",
			},
			detail:  []string{"We need the {feature} most of all.", "We use paper today.", "We want to start in {month}."},
			ask:     []string{"What do you advise?", "Can we talk about it?", "Please tell me more."},
			summary: []string{"The customer asks which plan is right.", "The customer wants to know more about [the {plan}|the plans]."},
			reply: []string{
				"For a small team I would take the team plan. You can try it for thirty days.",
				"The plans differ in size. You can change at any time.",
				"I am happy to help. Tell me how many people you are and what you need.",
			},
			next: []exchange{{"We are {number} people.", "Then the team plan is right for you."}, {"Is the trial free?", "Yes, it is free and ends by itself."}},
		},
	}
}
