package corpus

// accountScenes are messages about money and about the customer's account.
func accountScenes() []scene {
	return []scene{
		{
			team: billing, topic: "a double charge", mood: problem, urgency: normal,
			tell: []string{
				"You [charged me|took the money] twice for [order {order}|the {plan}|the {product}|one order].",
				"I was charged {amount} two times.",
				"I see the same payment of {amount} twice on my [card|bank account].",
				"My card was charged twice in {month}.",
			},
			detail:  []string{"I only ordered once.", "My bank says it comes from you.", "I have a photo of the bank page."},
			ask:     []string{"Please [give me|send me] the money back.", "Can you check this?", "I want one of the payments back."},
			summary: []string{"The customer was charged twice[ for the {plan}| for order {order}|].", "The customer paid [{amount}|] twice and wants one payment back."},
			reply: []string{
				"I can see the second payment[ of {amount}|]. You get it back in {few} days.",
				"One of the two payments was a mistake. I am sending [the {amount}|the money] back today.",
				"I will check both payments and give back the one that is wrong.",
			},
			next: []exchange{{"How do I get it?", "It goes back to the same card."}, {"Will it happen again?", "No, we have found the mistake and solved it."}},
		},
		{
			team: billing, topic: "a wrong invoice", mood: problem, urgency: normal,
			tell: []string{
				"The invoice for {month} [is wrong|is not right].",
				"My bill says {wrong}, but I [should pay|agreed to] {amount}.",
				"There is a mistake in my invoice.",
				"The name of my company is wrong on the bill.",
				"You billed me for the {plan}, but I never ordered it.",
			},
			detail:  []string{"The tax is missing.", "I need it for my books.", "The date is wrong as well.", "We are only {few} people."},
			ask:     []string{"Please correct it.", "Can you send me a new invoice?", "Please check the amount."},
			summary: []string{"The customer says the invoice [for {month}|] is wrong.", "The bill is wrong and the customer wants a new one."},
			reply: []string{
				"I will correct the invoice[ for {month}|] and send you a new one {when}.",
				"You are right, the amount is wrong. A new invoice is on the way.",
				"Please tell me what the invoice should say and I will change it.",
			},
			next: []exchange{{"Do I have to pay the old one?", "No, please wait for the new one."}, {"Please send it by mail.", "I will send it by mail {when}."}},
		},
		{
			team: billing, topic: "a missing refund", mood: problem, urgency: normal,
			tell: []string{
				"I am [still|] waiting for my [refund|money] for the {product}.",
				"I sent the {product} back {ago} and [have no money yet|the refund has not come].",
				"You promised me a refund of {amount}.",
				"My refund [has not arrived|is still missing].",
			},
			detail:  []string{"You got the parcel {ago}.", "I asked before and got no answer.", "My bank sees nothing."},
			ask:     []string{"When do I get my money?", "Where is the refund?", "Please pay it now."},
			summary: []string{"The customer is waiting for a refund[ of {amount}| for the {product}|]."},
			reply: []string{
				"The refund [of {amount}|] has been sent. Banks need up to {few} days.",
				"I am sorry for the wait. I am sending the [{amount}|money] today.",
				"Your refund was stopped by a mistake. I have started it again.",
			},
			next: []exchange{{"To which account?", "To the one you paid with."}, {"Can I get a voucher instead?", "Yes, I can send you a voucher today."}},
		},
		{
			team: billing, topic: "a payment that failed", mood: problem, urgency: normal,
			tell: []string{
				"I cannot pay for [my order|order {order}|the {plan}].",
				"My [card|payment] was [refused|declined].",
				"The payment page does not take my card.",
				"My payment of {amount} did not go through.",
			},
			detail:  []string{"The card works in other shops.", "I tried it {few} times.", "My bank says all is well."},
			ask:     []string{"How else can I pay?", "What is wrong?", "Can I pay in another way?"},
			summary: []string{"The customer's payment [of {amount}|for the {plan}|] failed.", "The customer cannot pay[ for order {order}|]."},
			reply: []string{
				"Please try another card, or pay by bank transfer.",
				"The bank refused the payment. Please ask your bank, or use another card.",
				"I have opened the payment again. Please try it once more.",
			},
			next: []exchange{{"It works now.", "Very good. Your payment is here."}, {"It still does not work.", "Then please pay by bank transfer. I will send you the details."}},
		},
		{
			team: billing, topic: "cancelling a plan", mood: request, urgency: normal,
			tell: []string{
				"I want to [cancel|end|stop] my {plan}.",
				"Please cancel my [subscription|{plan}].",
				"I do not need the {plan} any more.",
				"How do I [stop|cancel] the subscription?",
			},
			detail:  []string{"I do not use it enough.", "It is too expensive for me.", "The next payment is in {month}."},
			ask:     []string{"Please do it before the next payment.", "Please send me a note when it is done.", "How long is the notice?"},
			summary: []string{"The customer wants to cancel [the {plan}|the subscription]."},
			reply: []string{
				"I have cancelled [the {plan}|your subscription]. You can use it until the end of the month.",
				"You can cancel [the {plan}|it] in your settings, or I can do it for you.",
				"That is done. You will not be charged again.",
			},
			next: []exchange{{"Can I come back later?", "Yes, any time. Your data stays for one year."}, {"Do I get money back?", "For full months that you have not used, yes."}},
		},
		{
			team: billing, topic: "the price", mood: request, urgency: low,
			tell: []string{
				"How much is the {plan}?", "What does the {plan} cost?", "I want to know the price of the {plan}.", "What do I pay for the {plan} with {number} people?",
			},
			detail:  []string{"We are {few} people.", "I pay {amount} now.", "I could not find it on your page."},
			ask:     []string{"Can you tell me?", "Is there a cheaper one?", "Thank you for an answer."},
			summary: []string{"The customer asks about the price[ of the {plan}|]."},
			reply: []string{
				"You can see all prices on our page. The yearly plan is the cheapest.",
				"The price [of the {plan}|] depends on how many people use it. I will send you a list.",
			},
			next: []exchange{{"Thank you, that is clear.", "You are welcome."}, {"Please send me the list.", "I have sent it to you by mail."}},
		},
		{
			team: billing, topic: "a higher price", mood: problem, urgency: normal,
			tell: []string{
				"Why did the price of the {plan} go up[ in {month}|]?", "The {plan} costs more than before.", "I pay {amount} since {month}, that is more than last year.",
				"You made the {plan} more expensive.",
			},
			detail:  []string{"Nobody told me about it.", "I have been a customer for {few} years.", "That is too much for me."},
			ask:     []string{"Please explain it to me.", "Can I keep the old price?", "Why is that?"},
			summary: []string{"The customer asks why the price[ of the {plan}|] went up."},
			reply: []string{
				"The price went up because we added new things. I can offer you the old price for one more year.",
				"You are right, it costs more now. With the yearly plan you pay less.",
			},
			next: []exchange{{"I take the old price, please.", "Good. You keep the old price for one more year."}},
		},
		{
			team: billing, topic: "a discount", mood: request, urgency: low,
			tell: []string{
				"Is there a discount for [students|schools|small teams]?", "My voucher does not work[ for the {product}| for the {plan}|].", "Can I get a discount on the {product}?",
				"I have a voucher, but the page does not take it.",
			},
			detail:  []string{"We are {few} people.", "I got it by mail.", "A friend told me about it."},
			ask:     []string{"Can you check it?", "How do I get it?", "Please let me know."},
			summary: []string{"The customer asks for a discount.", "The customer wants to pay less[ for the {product}| for the {plan}|]."},
			reply: []string{
				"Please send me the code and I will check it for you.", "I can give you a small discount. You will see it on the next bill.",
				"There is a discount in {salemonth}. I will write to you then.",
			},
			next: []exchange{{"Thank you, that is kind.", "You are welcome."}},
		},
		{
			team: account, topic: "a forgotten password", mood: problem, urgency: normal,
			tell: []string{
				"I [forgot|lost] my password.",
				"I cannot [log in|sign in|get into my account].",
				"My password does not work[ any more|].",
				"The mail for the new password never [came|arrived].",
				"The login page says that my password is wrong.",
			},
			detail:  []string{"I tried it {few} times.", "I looked into the spam folder.", "I use it on my {device}.", "I am sure that it is right."},
			ask:     []string{"How do I get a new one?", "Can you send me a new password?", "Please help me to get in."},
			summary: []string{"The customer cannot log in.", "The customer needs a new password."},
			reply: []string{
				"I have sent you a link to set a new password. It works for one hour.",
				"Please click on the forgotten password link on the login page and follow the steps.",
				"Please check your spam folder. If there is no mail, I will send it again.",
			},
			next: []exchange{{"The mail is not there.", "I have sent it again. Please wait a few minutes."}, {"It works now, thank you.", "Very good. I am glad that I could help."}},
		},
		{
			team: account, topic: "a locked account", mood: problem, urgency: high, why: "they are locked out",
			tell: []string{
				"My account is [locked|blocked].",
				"You [locked|blocked] my account {ago}.",
				"It says that my account was closed.",
				"We are locked out of our team account.",
			},
			detail:  []string{"I do not know why.", "Nobody told me anything.", "I did nothing wrong."},
			ask:     []string{"Please open it again.", "What happened?", "When can I use it again?"},
			summary: []string{"The customer's account is locked."},
			reply: []string{
				"I have opened your account again. Please set a new password.",
				"It was locked because of too many wrong passwords. You can use it again in one hour.",
				"Please send us a short note with your name, and we will open it.",
			},
			next: []exchange{{"Is it safe now?", "Yes. Please use a new and long password."}},
		},
		{
			team: account, topic: "a strange login", mood: problem, urgency: high, why: "the account may not be safe",
			tell: []string{
				"Someone else [used|was in] my account.",
				"I got a mail about a login from {city}, but [that was not me|I was at home].",
				"There is an order in my account that I did not make.",
				"I think that someone [stole|knows] my password.",
			},
			detail:  []string{"My mail address was changed.", "I never share my password.", "I saw it on {day}."},
			ask:     []string{"Please stop this.", "What should I do?", "Can you close the account?"},
			summary: []string{"Someone else may have used the customer's account."},
			reply: []string{
				"I have locked your account to keep it safe. Please set a new password now.",
				"Please change your password at once. We will look at all logins of the last days.",
			},
			next: []exchange{{"I have changed it.", "Thank you. Your account is safe again."}},
		},
		{
			team: account, topic: "changing account details", mood: request, urgency: low,
			tell: []string{
				"I want to change my [mail address|name|phone number] in my account.",
				"My name is now {name}, please change it.",
				"How can I change the mail address of my account?",
				"I have a new phone number.",
				"Please move my account to another mail address.",
			},
			detail:  []string{"I got married.", "I do not use the old one any more.", "I cannot find it in the settings."},
			ask:     []string{"Can you do that for me?", "Where do I find it?", "How does it work?"},
			summary: []string{"The customer wants to change account details."},
			reply: []string{
				"You can change it in your settings under profile.",
				"I can do that for you. We will send a mail to the old address first.",
				"Please open your profile, click on edit and save the new details.",
			},
			next: []exchange{{"Found it, thanks.", "You are welcome."}, {"Will my orders stay?", "Yes, all your orders stay in the account."}},
		},
		{
			team: account, topic: "closing an account", mood: request, urgency: low,
			tell: []string{
				"Please [delete|close] my account.",
				"I want to [delete|close] my account and all my data.",
				"How do I delete my profile?",
				"I do not want an account any more.",
			},
			detail:  []string{"I made it by mistake.", "I have two of them.", "I get too many mails."},
			ask:     []string{"Please tell me when it is done.", "How long does it take?", "Thank you."},
			summary: []string{"The customer wants to close the account."},
			reply: []string{
				"I am sorry that you go. Your account will be closed in {few} days.",
				"You can close the account in your settings. All your data will be deleted.",
			},
			next: []exchange{{"Can I change my mind?", "Yes, for thirty days. After that it is gone."}},
		},
		{
			team: account, topic: "adding a user", mood: request, urgency: low,
			tell: []string{
				"How do I add {name} to our team?",
				"I want to invite {few} people to our account.",
				"{name} left our company and should not have access any more.",
				"Who can see the {feature} in our team account?",
			},
			detail:  []string{"I am the owner of the account.", "I looked in the settings.", "I am new here."},
			ask:     []string{"Can you show me how?", "Where is that?", "Please help."},
			summary: []string{"The customer wants to change who is in the team account."},
			reply: []string{
				"Open the settings, choose team and click on invite[ to add {name}|].",
				"The owner of the account can add and remove people under team.",
			},
			next: []exchange{{"Does it cost more?", "Each new person costs the same as the others."}},
		},
	}
}
