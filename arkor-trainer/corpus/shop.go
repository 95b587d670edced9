package corpus

// shopScenes are messages to a web shop.
func shopScenes() []scene {
	return []scene{
		{
			team: delivery, topic: "a late delivery", mood: problem, urgency: normal,
			tell: []string{
				"My [order|parcel] [has not arrived|is still not here|has not come yet].",
				"I ordered a {product} {ago} and it [has not arrived|is still not here].",
				"I am still waiting for [my {product}|order {order}|my order {order}].",
				"Order {order} should have [arrived|been here] on {day}, but [nothing came|I have nothing].",
				"The {product} I bought {ago} [is late|has not come].",
				"Where is my {product}? It was supposed to come on {day}.",
			},
			detail: []string{"The tracking page [has shown nothing new|has not changed] {since}.", "I was at home the whole day.", "I paid for fast delivery.", "It is a present for my [mother|son|friend|sister]."},
			ask:    []string{"[Where is it?|When will it come?|When will it arrive?]", "Can you [check|find out] where it is?", "Please tell me when it will arrive."},
			summary: []string{
				"The [{product}|order {order}|order] is late.", "The customer is waiting for [order {order}|the {product}|a late order].",
				"[Order {order}|The {product}|The parcel] has not arrived.",
			},
			reply: []string{
				"I will ask the carrier where [order {order}|the {product}|your parcel] is and write to you {when}.",
				"[Your parcel|Your {product}|Order {order}] seems to be late. It should arrive {when}.",
				"The carrier is slower than usual this week. If [the {product}|the parcel] is not there in {few} days, we send a new one.",
				"I have [checked|looked at] the delivery and it is on the way. You should have it {when}.",
			},
			next: []exchange{
				{"And if it does not come?", "Then we send you a new one or give you your money back. You can choose."},
				{"Can I change the address [now|while it is on the way]?", "Not while it is on the way, but you can pick it up at a parcel shop."},
				{"Who brings it?", "Our normal carrier brings it. You get a message on the day of delivery."},
			},
		},
		{
			team: delivery, topic: "a lost parcel", mood: problem, urgency: normal,
			tell: []string{
				"The tracking says that my {product} was delivered, but [I never got it|there is nothing here].",
				"My parcel [got lost|is lost|has disappeared].",
				"Order {order} is marked as delivered, but [it is not here|nobody gave it to me].",
				"The carrier says they [cannot find|have lost] my {product}.",
			},
			detail:  []string{"I asked all my neighbours.", "There was no note at the door.", "I looked everywhere around the house."},
			ask:     []string{"Can you [look for it|find it]?", "Please send it again.", "What [should I do|can I do] now?"},
			summary: []string{"[Order {order}|The {product}|The parcel] is [lost|missing].", "The customer never got [order {order}|the {product}|the parcel]."},
			reply: []string{
				"I am starting a search for [order {order}|your {product}|the parcel] today. If we do not find it in {few} days, we send a new one.",
				"Please look around once more today. If it is still missing tomorrow, we send [a new {product}|a new one] for free.",
				"We will ask the driver where [the {product}|the parcel] was left and tell you {when}.",
			},
			next: []exchange{
				{"How long does the search take?", "It takes about {few} days. We tell you as soon as we know more."},
				{"I want my money back.", "That is fine. I will give you the money back for [the {product}|order {order}|the lost parcel]."},
			},
		},
		{
			team: delivery, topic: "a wrong delivery address", mood: problem, urgency: normal,
			tell: []string{
				"I [typed|gave] the wrong address for [my order|order {order}|the {product}].",
				"My {product} is going to my old address in {city}.",
				"I [moved|have just moved] to {city} and [my order|order {order}] is going to the old house.",
				"The house number on my order is wrong.",
			},
			detail:  []string{"I noticed it only now.", "I forgot to change it.", "The order was made {ago}."},
			ask:     []string{"Can you change [it|the address]?", "Please send it to my new address.", "Is it too late to change it?"},
			summary: []string{"The customer wants a new delivery address[ in {city}| for order {order}| for the {product}|].", "The address of [order {order}|the order] is wrong."},
			reply: []string{
				"Please send me the new address and I will change it [for order {order}|] right away.",
				"If [the {product}|the order] has not left yet, I can change the address. Which address is right?",
				"You can change the address on your order page until the parcel leaves our warehouse.",
			},
			next: []exchange{{"Does it cost anything?", "No, changing the address is free."}, {"Will it be late now?", "It may take one day more. I am sorry for that."}},
		},
		{
			team: delivery, topic: "a pickup point", mood: request, urgency: normal,
			tell: []string{
				"I will not be at home on {day}, when my {product} comes.",
				"Can I pick up [order {order}|my parcel|the {product}] at a shop?",
				"I would like [another delivery day|to change the delivery day] for [my order|order {order}].",
				"Nobody is at home when your driver comes.",
			},
			detail:  []string{"I work until six.", "My neighbour is away too.", "{day} is bad for me."},
			ask:     []string{"Is that possible?", "Can you leave it with a neighbour?", "What can I do?"},
			summary: []string{"The customer wants to change how [order {order}|the {product}|a parcel] is delivered."},
			reply: []string{
				"Yes, you can choose a parcel shop near you on the tracking page.",
				"Of course. Tell me which day is good for you and I will change it.",
				"You can ask the driver to leave it with a neighbour or at a parcel shop.",
			},
			next: []exchange{{"How long do they keep it?", "The parcel shop keeps it for {few} days."}, {"{day} is good for me.", "Good. It will come on {day}."}},
		},
		{
			team: returns, topic: "a broken product", mood: problem, urgency: normal,
			tell: []string{
				"The {product} arrived [broken|damaged|with a crack].",
				"My new {product} [was broken|was damaged|did not work] when I opened the box.",
				"I got my {product} on {day} and it is [already broken|damaged].",
				"There is a [big scratch|hole|crack] in the {product} from order {order}.",
			},
			detail:  []string{"The box was open.", "I have photos of it.", "I used it only once.", "A part is missing too."},
			ask:     []string{"I want a new one.", "Can I send it back?", "I would like to exchange it.", "Please send me a new {product}."},
			summary: []string{"The {product} arrived broken.", "The customer wants [to return|to exchange] a broken {product}."},
			reply: []string{
				"We send you a new {product} {when}. You can send the broken one back for free.",
				"Please send us the {product} with the return label in the box. A new one is on the way.",
				"You can choose between a new {product} and your money back. Which do you prefer?",
			},
			next: []exchange{
				{"I would like a new one.", "Good. The new {product} will leave our warehouse {when}."},
				{"I prefer my money back.", "That is fine. You get the money as soon as the {product} is back with us."},
				{"Do you need a photo?", "Yes please, a photo of the damage helps us."},
			},
		},
		{
			team: returns, topic: "a wrong product", mood: problem, urgency: normal,
			tell: []string{
				"I ordered a {product} and got [something else|a different thing].",
				"You sent me the wrong {product}.",
				"There was a wrong thing in the box of order {order}.",
				"I asked for the {product} in {colour}, but [it is another colour|you sent another colour].",
			},
			detail:  []string{"The label on the box is right.", "I have not used it.", "The bill shows the right thing."},
			ask:     []string{"Please send me the right one.", "How can I exchange it?", "What should I do with the wrong one?"},
			summary: []string{"The customer got the wrong [{product}|thing].", "[Order {order}|The order] had the wrong thing in it."},
			reply: []string{
				"That was our mistake. We send the right [{product}|one] {when}, and you can send the wrong one back for free.",
				"Please keep the box. We send you a return label and the right [{product}|one].",
			},
			next: []exchange{{"Do I have to pay for it?", "No, sending it back is free for you."}, {"Can I keep it?", "I am sorry, we need it back, but it costs you nothing."}},
		},
		{
			team: returns, topic: "a wrong size", mood: problem, urgency: normal,
			tell: []string{
				"The {product} is too [big|small|long|short] for me.",
				"The {product} does not fit.",
				"I need the {product} in {size}.",
				"I ordered the wrong size.",
			},
			detail:  []string{"I tried it on once.", "The label is still on it.", "I like it very much otherwise.", "I bought it {ago}."},
			ask:     []string{"Can I exchange it?", "Can I send it back and get another size?", "How do I get a [bigger|smaller] one?"},
			summary: []string{"The customer wants to exchange the [{product}|order] for another size.", "The [{product}|product] does not fit."},
			reply: []string{
				"Yes, you can exchange [the {product}|it] within thirty days. Please put the return label on the box.",
				"Of course. Tell me which size you need and I will send it when yours is back.",
				"You can send it back for free and choose another size on our page.",
			},
			next: []exchange{{"I need it in {size}.", "Thank you. I have kept one in {size} for you."}, {"How long does that take?", "An exchange takes about {few} days."}},
		},
		{
			team: returns, topic: "returning a product", mood: request, urgency: normal,
			tell: []string{
				"I [want|would like] to [return|send back] [the {product}|order {order}|my {product}].",
				"I do not [like|need] the {product} [any more|after all].",
				"How can I [return|send back] something?",
				"I changed my mind about the {product}.",
				"The return label for [my {product}|order {order}] is missing.",
			},
			detail:  []string{"It is still in the box.", "I bought it {ago}.", "I have not opened it.", "I got the same thing as a present."},
			ask:     []string{"How does it work?", "Where do I send it?", "Can you send me a return label?", "Do I have to pay for it?"},
			summary: []string{"The customer wants to return [the {product}|order {order}|something].", "The customer asks how to send [the {product}|something] back."},
			reply: []string{
				"You can send [the {product}|it] back within thirty days. I will send you a return label by mail.",
				"Please pack [the {product}|it] well, put the return label on the box and bring it to any parcel shop.",
				"That is no problem. As soon as [the {product}|it] is here, you get your money back.",
			},
			next: []exchange{
				{"When do I get my money?", "You get it about {few} days after the parcel is here."},
				{"I lost the box.", "Any strong box is fine."},
				{"What if I open it?", "You can still return it if it is clean and complete."},
			},
		},
		{
			team: sales, topic: "a product question", mood: request, urgency: low,
			tell: []string{
				"Do you [have|sell] the {product} in {colour}?", "Is there a {colour} {product} in your shop?", "I am looking for a {product} in {size}.",
				"Can I get the {product} in {colour} too?",
			},
			detail:  []string{"I want to give it to a friend.", "I saw it on your page.", "I need {few} of them."},
			ask:     []string{"Can you help me?", "Please let me know.", "Do you have a photo?"},
			summary: []string{"The customer asks about the {product}.", "The customer wants to buy a {product}."},
			reply: []string{
				"Yes, we have [it|the {product}]. You can order it on our page.", "I am sorry, we do not have it right now. We have [the {product}|it] in black and white.",
				"We get new ones {when}. I can write to you when they are here.",
			},
			next: []exchange{{"Yes, please write to me.", "I will. You get a short message when it is here."}, {"How much is it?", "You can see the price on our page."}},
		},
		{
			team: sales, topic: "stock", mood: request, urgency: low,
			tell: []string{
				"Is the {product} [still there|back in stock]?", "When will the {product} be back?", "The {product} is sold out on your page.", "Will there be more of the {product}?",
			},
			detail:  []string{"I have been looking for it for weeks.", "A friend has one and I like it.", "I need {few} of them."},
			ask:     []string{"Can you keep one for me?", "Please write to me when it is back.", "Thank you."},
			summary: []string{"The customer asks when the {product} is back in stock."},
			reply: []string{
				"The {product} will be back {when}. I can keep one for you.", "It is sold out for now. I will write to you when [the {product}|it] is back.",
				"We have {few} left. Please order soon.",
			},
			next: []exchange{{"Please keep one for me.", "I will keep one for you for {few} days."}},
		},
		{
			team: sales, topic: "choosing a product", mood: request, urgency: low,
			tell: []string{
				"I would like to buy a {product}, but I do not know which one.", "Which {product} is the best?", "I need help to choose a {product}.", "Which {product} is good for [a child|an old man|a beginner|every day]?",
			},
			detail:  []string{"It is a present.", "It should not cost more than {amount}.", "I have never had one."},
			ask:     []string{"What would you take?", "Can you help me?", "What do you think?"},
			summary: []string{"The customer needs help to choose a {product}."},
			reply: []string{
				"I would take the middle one. It is good and not too expensive.", "Most people like the {favourite} {product}. You can send it back if you do not like it.",
				"What is most important for you, the price or the size?",
			},
			next: []exchange{{"The price.", "Then take the small one. It is cheap and good."}, {"The size.", "Then take the big one. You will like it."}},
		},
		{
			team: product, topic: "praise for the shop", mood: praise, urgency: low,
			tell: []string{
				"I [just|only] want to say that the {product} is [great|wonderful|very good].",
				"My {product} came after one day, that is [great|really fast].",
				"Thank you for the quick help with [my {product}|order {order}].",
				"I love my new {product}.",
				"Your driver was very friendly on {day}.",
			},
			detail:  []string{"My whole family likes it.", "I will tell all my friends.", "It looks even better than in the photo.", "I will order again."},
			ask:     []string{"Thank you!", "Keep it up!", "You made my day."},
			summary: []string{"The customer is happy[ with the {product}| about the service|].", "The customer likes [the {product}|the shop]."},
			reply: []string{
				"I am happy that you like [the {product}|it]. I will tell the team.",
				"Thank you for the kind words. They make our day.",
				"That is good to hear. Enjoy [your {product}|it]!",
			},
			next: []exchange{{"Can I write a review?", "Yes, please. You can do that on the page of the product."}},
		},
	}
}
