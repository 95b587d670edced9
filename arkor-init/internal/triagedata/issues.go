package triagedata

// issue is one reason to write to support and what the answer should say.
type issue struct {
	summary    string
	nextAction string
	openings   []string
	unseen     string   // an opening that only held-out tickets have
	details    []string // one or two follow the opening
}

// categories are in the order in which trainer.ts declares them.
func categories() []string {
	return []string{"billing", "delivery", "returns", "account", "technical"}
}

func issues(category string) []issue {
	switch category {
	case "billing":
		return billingIssues()
	case "delivery":
		return deliveryIssues()
	case "returns":
		return returnsIssues()
	case "account":
		return accountIssues()
	}
	return technicalIssues()
}

func billingIssues() []issue {
	return []issue{
		{
			summary: "Charged twice.", nextAction: "Give one payment back.",
			openings: []string{
				"On my bank statement your shop shows up two times for the same {item}.",
				"You took {money} from my card on {day} and then again on {otherday}.",
				"There are two payments over {money} for order {order}, although I bought one {item}.",
				"Somehow I paid double for the {item}.",
				"My card shows {money} twice, both from you.",
			},
			unseen:  "I got billed a second time for order {order}, which I had already paid.",
			details: []string{"The bank told me that both payments are final.", "I am sure that I clicked on pay only once.", "One of the two payments has to be a mistake.", "I can send you the bank statement."},
		},
		{
			summary: "The invoice is wrong.", nextAction: "Send a new invoice.",
			openings: []string{
				"The invoice for order {order} lists a {item} that we never bought.",
				"Your bill from {month} has the wrong company name on it.",
				"On the {month} invoice the tax is missing.",
				"The total of our {month} bill does not match the price that we agreed on.",
				"I need a corrected invoice, because the one from {month} shows {money} too much.",
			},
			unseen:  "Something is off with the bill you sent us in {month}, the numbers do not add up.",
			details: []string{"Our accountant sent it back to me.", "All other bills this year were fine.", "I marked the wrong line in yellow.", "We can only pay once the paper is right."},
		},
		{
			summary: "The refund is missing.", nextAction: "Check the refund.",
			openings: []string{
				"You wrote that {money} would be paid back to me, but my bank has nothing so far.",
				"My refund for the {item} was promised for {day} and has still not been paid.",
				"Two weeks after your mail about the refund there is no money on my account.",
				"I am waiting for the {money} that you owe me for order {order}.",
				"The refund of {money} never reached my bank.",
			},
			unseen:  "When will the {money} for the {item} be paid back to my card?",
			details: []string{"In your mail you said three to five days.", "I checked the bank page again this morning.", "The order was cancelled by you, not by me.", "My bank says that no payment is on the way."},
		},
		{
			summary: "The payment was refused.", nextAction: "Offer another way to pay.",
			openings: []string{
				"Each time I want to pay for the {item}, the payment is declined.",
				"Your checkout refuses my card, although there is enough money on it.",
				"I tried to pay {money} with two cards and both were rejected.",
				"Paying for order {order} stops at the last step with payment declined.",
				"My bank transfer of {money} came back, and now the order is unpaid.",
			},
			unseen:  "The card payment for my {item} keeps being rejected at the checkout.",
			details: []string{"In other shops the card works well.", "My bank says that everything is fine on their side.", "I would also pay in another way.", "The {item} is still in my basket."},
		},
		{
			summary: "Wants to cancel the subscription.", nextAction: "Cancel the subscription.",
			openings: []string{
				"We would like to end our subscription before the next payment in {month}.",
				"Kindly stop the monthly payment of {money}, we do not use the service any longer.",
				"I want to cancel the yearly plan, so do not charge me again in {month}.",
				"Our subscription renewed by itself in {month}, and we want to get out of it.",
				"Please end my paid plan and send me a last bill.",
			},
			unseen:  "Stop charging us {money} a month, the subscription is not needed any more.",
			details: []string{"I did not find a button for it.", "We move to another tool next month.", "Tell me the last day that is paid.", "The plan was only for one project."},
		},
		{
			summary: "Asks about the price.", nextAction: "Explain the price.",
			openings: []string{
				"Since {month} we pay {money} instead of the old price, and nobody told us why.",
				"What would the business plan cost us per month for eight people?",
				"The discount code from your mail does not take anything off the price.",
				"Is there a lower price for schools, or do we all pay the {money}?",
				"I was quoted {money} for the plan, but the checkout wants more.",
			},
			unseen:  "Why is the monthly fee {money} higher than it was in {month}?",
			details: []string{"I compared it with the list on your page.", "We have a fixed budget for this.", "A short answer with the numbers is enough.", "We have been paying customers for years."},
		},
	}
}

func deliveryIssues() []issue {
	return []issue{
		{
			summary: "The parcel is late.", nextAction: "Check the tracking.",
			openings: []string{
				"The {item} was meant to be here on {day}, and the carrier has not shown up.",
				"My order {order} has been on the way for two weeks now.",
				"The tracking of my parcel has said the same thing since {day}.",
				"I paid for express shipping, but the {item} has not arrived.",
				"According to your mail the parcel should have come on {day}.",
			},
			unseen:  "Any idea when the driver will finally bring the {item} from order {order}?",
			details: []string{"I stayed at home two days for it.", "The carrier does not answer the phone.", "The shipping mail came a week ago.", "It is a birthday present."},
		},
		{
			summary: "The parcel is lost.", nextAction: "Start a search.",
			openings: []string{
				"The tracking says delivered on {day}, but no parcel was at my door.",
				"Your driver claims to have left the {item} in front of the house, and it is not there.",
				"The carrier admits that the parcel with my {item} got lost on the way.",
				"Order {order} is shown as handed over, but none of my neighbours has it.",
				"Nobody knows where the parcel from order {order} went.",
			},
			unseen:  "The {item} is said to be delivered, yet I have looked everywhere and there is no parcel.",
			details: []string{"No card was in the letter box.", "I asked in the whole house.", "The photo of the driver shows another door.", "The carrier told me to ask the shop."},
		},
		{
			summary: "Wants another address.", nextAction: "Change the address.",
			openings: []string{
				"I gave you my old street for order {order}, can the parcel go to the new one?",
				"The shipping address of my {item} has a wrong house number.",
				"We moved offices, so please send the {item} to our new address.",
				"Order {order} must not go to my home, I will be away, send it to my work.",
				"The postal code on the shipping mail is wrong.",
			},
			unseen:  "Please redirect the parcel with the {item}, the street in my order is out of date.",
			details: []string{"The shipping mail has not come yet, so there may be time.", "I saw it right after I ordered.", "The old place is empty.", "I can give you the new address by mail."},
		},
		{
			summary: "Wants another delivery time.", nextAction: "Change the day.",
			openings: []string{
				"Could the driver bring the {item} on {day} instead, when someone is here?",
				"We are away on {day}, so the parcel has to come later.",
				"The carrier wants to come on {day}, but our shop is closed that day.",
				"Can I pick the parcel up at a station rather than wait for the driver?",
				"Please let the carrier come after five, before that nobody opens the door.",
			},
			unseen:  "Is it possible to have order {order} delivered in the evening on {day}?",
			details: []string{"The tracking page gives me no choice.", "The box is too big for my neighbour.", "There is a bell at the back door.", "The last parcel went back because of that."},
		},
		{
			summary: "A part is missing.", nextAction: "Send the missing part.",
			openings: []string{
				"Only one of the two parcels from order {order} reached us.",
				"The box with the {item} came, but half of the order is missing.",
				"We ordered three pieces and the driver brought two.",
				"The second parcel of order {order} is still on its way, or is it not?",
				"In the delivery from {day} the {item} was not in the box.",
			},
			unseen:  "The driver handed over a box, but the {item} from the same order was not delivered with it.",
			details: []string{"The shipping note lists everything.", "The tracking shows just one parcel.", "The other things are fine.", "Maybe it was sent in two boxes."},
		},
		{
			summary: "Asks about shipping.", nextAction: "Explain the shipping.",
			openings: []string{
				"How long does shipping take if I order the {item} on {day}?",
				"Which carrier brings your parcels, and do they come on Saturdays?",
				"Do you also ship a {item} to an island?",
				"Is express shipping possible for order {order}?",
				"Can two orders be shipped together in one parcel?",
			},
			unseen:  "What are my shipping options for a {item}, and how fast are they?",
			details: []string{"I did not find it on the shipping page.", "The last parcel took nine days.", "I want to plan the day.", "There is no lift in the house."},
		},
	}
}

func returnsIssues() []issue {
	return []issue{
		{
			summary: "The product is broken.", nextAction: "Send a new one.",
			openings: []string{
				"The {item} has a crack, and I want to send it back.",
				"I unpacked the {item} today and one part is snapped off.",
				"Two days of use and the {item} is already broken, please replace it.",
				"The {item} from order {order} is scratched all over, so I will not keep it.",
				"The new {item} is faulty and should be exchanged.",
			},
			unseen:  "My {item} fell apart after one day, so I would like a replacement.",
			details: []string{"The box itself looks fine.", "I made photos of the damage.", "I still have the receipt and the box.", "It was not dropped."},
		},
		{
			summary: "The wrong product came.", nextAction: "Send the right one.",
			openings: []string{
				"Instead of the {item} there was a {otheritem} in the box.",
				"You packed a {colour} {item}, but I chose another colour.",
				"I opened the box of order {order} and found a {otheritem} that I never ordered.",
				"Someone mixed things up, I got a {otheritem} and want to swap it for my {item}.",
				"The {item} you sent is the wrong model.",
			},
			unseen:  "This {otheritem} is not what I ordered, I want to exchange it for the {item}.",
			details: []string{"The receipt in the box names the right thing.", "It is unused and goes back as it is.", "Tell me how the exchange works.", "I put everything back in the box."},
		},
		{
			summary: "The size does not fit.", nextAction: "Exchange the size.",
			openings: []string{
				"The {wear} is one size too small, can I swap it?",
				"I tried the {wear} on and it is far too wide.",
				"Please exchange the {wear} for the next size up.",
				"The {wear} from order {order} does not fit me at all.",
				"Your size chart was off, the {wear} is too short.",
			},
			unseen:  "I need the {wear} a bit larger, how do I exchange it?",
			details: []string{"The tags are still on.", "I only wore it in my room.", "The colour is what I wanted.", "The bigger one is in your shop."},
		},
		{
			summary: "Wants to return a product.", nextAction: "Send a return label.",
			openings: []string{
				"I would like to give the {item} back, it is not what I imagined.",
				"How do I return the {item} from order {order}?",
				"The {item} was a gift, but I have one already, so it should go back.",
				"We bought two of the {item} and want to send one back.",
				"I changed my mind and want to return the {item} unopened.",
			},
			unseen:  "The {item} does not suit us, please take it back.",
			details: []string{"It is still wrapped up.", "The thirty days are not over yet.", "Which box should I use for it?", "I have the receipt here."},
		},
		{
			summary: "The return label is missing.", nextAction: "Send a return label.",
			openings: []string{
				"There was no return label in the box with the {item}.",
				"The label for sending the {item} back cannot be printed.",
				"My return label for order {order} has expired.",
				"The shop around the corner did not accept your return label.",
				"I lost the label that I need to send back the {item}.",
			},
			unseen:  "I packed the {item} for the return, but the label will not open.",
			details: []string{"The return is ready in the hall.", "I do not own a printer.", "A code for my phone would do.", "The parcel shop needs a new one."},
		},
		{
			summary: "Asks about a return.", nextAction: "Check the return.",
			openings: []string{
				"I sent the {item} back on {day}, has the return reached you?",
				"My return of the {item} still shows as open.",
				"Did the parcel with the returned {item} arrive at your warehouse?",
				"You say that the returned {item} was used, which is not true.",
				"Can I return a {item} that I bought in {month}?",
			},
			unseen:  "What is the state of my return for order {order}?",
			details: []string{"I kept the paper from the parcel shop.", "The exchange should follow after that.", "I did not get a mail about it.", "The return page shows nothing."},
		},
	}
}
