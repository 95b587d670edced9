package triagedata

func accountIssues() []issue {
	return []issue{
		{
			summary: "The login does not work.", nextAction: "Send a password link.",
			openings: []string{
				"My password is not accepted any more, so I do not get into my account.",
				"I asked for a new password three times and no mail came.",
				"Signing in does not work for me since {day}, it says wrong password.",
				"The link to reset my password has already expired when I open it.",
				"I do not remember which password I used for your shop.",
			},
			unseen:  "The login tells me that my password is unknown, although I wrote it down.",
			details: []string{"I also looked in the spam folder.", "My mail address is spelled right.", "The keyboard is not the reason.", "It let me in last week."},
		},
		{
			summary: "The account is locked.", nextAction: "Open the account again.",
			openings: []string{
				"My account was locked after a few wrong logins.",
				"A message says that my profile is blocked and I should contact you.",
				"You have suspended our company account and I do not see why.",
				"I am locked out, the page says too many attempts.",
				"Since {day} my account is shown as disabled.",
			},
			unseen:  "Please unlock my profile, I get the note that access was suspended.",
			details: []string{"I did not break any rule.", "My colleague can still sign in.", "There was no warning before.", "All my saved lists are in there."},
		},
		{
			summary: "Someone else used the account.", nextAction: "Lock the account.",
			openings: []string{
				"I got a note about a sign in from {place}, where I have never been.",
				"Someone changed the mail address of my account without asking me.",
				"A stranger seems to know my password, there are logins at night.",
				"There is a user in our account whom nobody here knows.",
				"My profile shows a new phone number that is not mine.",
			},
			unseen:  "I think my account was hacked, there was a login from {place}.",
			details: []string{"I have not given my password to anyone.", "My other accounts are fine.", "I signed out on all devices.", "The login was on {day} at night."},
		},
		{
			summary: "Wants to change account data.", nextAction: "Change the data.",
			openings: []string{
				"I have a new mail address and want to use it for my account.",
				"How do I change the name that is shown in my profile?",
				"My phone number in the account is an old one.",
				"The profile page does not let me save my new mail address.",
				"Please merge my two accounts into one.",
			},
			unseen:  "My profile still has my old mail address, where do I update it?",
			details: []string{"I no longer read the old mailbox.", "The field is grey.", "I looked through all the settings.", "The newsletter should go there too."},
		},
		{
			summary: "Wants to delete the account.", nextAction: "Delete the account.",
			openings: []string{
				"Please remove my account and everything that you know about me.",
				"I do not use your service any more and want my profile deleted.",
				"How can I get rid of my account?",
				"Our test account from {month} can be deleted.",
				"I signed up by mistake, please delete the account.",
			},
			unseen:  "Delete my profile please, I have not signed in since {month}.",
			details: []string{"There are no open orders in it.", "Send me a short note when it is gone.", "I saved what I need.", "The settings have no such button."},
		},
		{
			summary: "Wants to change the team.", nextAction: "Explain the team settings.",
			openings: []string{
				"A new colleague starts on {day} and needs a login for our account.",
				"One person left our team, please take away the access.",
				"I invited two people to our team account and they got no mail.",
				"Who is the owner of our team account, and can that be me?",
				"How many users can we add to our account?",
			},
			unseen:  "Our new colleague cannot join the team account with the invitation.",
			details: []string{"I am the admin here.", "The invitation was sent twice.", "The user list shows eight people.", "I see no button for it in the team page."},
		},
	}
}

func technicalIssues() []issue {
	return []issue{
		{
			summary: "The app crashes.", nextAction: "Ask for the app version.",
			openings: []string{
				"As soon as I tap on the {part}, the app closes.",
				"The app crashes on my {device} a few seconds after the start.",
				"Since the update the {part} freezes and then the app is gone.",
				"Your program stops without a word when I open the {part}.",
				"The {part} makes the whole app crash.",
			},
			unseen:  "The app quits by itself each time I use the {part} on my {device}.",
			details: []string{"I installed it anew.", "The {device} has all updates.", "Before {day} it ran well.", "A restart did not help."},
		},
		{
			summary: "There is an error message.", nextAction: "Look at the error.",
			openings: []string{
				"Saving in the {part} ends with a red box that says unknown error.",
				"I see error {code} when I open the {part}.",
				"The {part} only shows a message that something went wrong.",
				"On my {device} the page answers with error {code}.",
				"Each upload stops with the message file not valid.",
			},
			unseen:  "A pop-up with error {code} appears whenever I click on save in the {part}.",
			details: []string{"Another browser shows the same.", "I cleared everything and tried again.", "I made a picture of the screen.", "The file is a small one."},
		},
		{
			summary: "The app is slow.", nextAction: "Check the speed.",
			openings: []string{
				"The {part} needs a full minute to load.",
				"Typing in the {part} lags so much that I cannot work with it.",
				"Since {day} all pages of the app load very slowly.",
				"Opening the {part} on my {device} takes forever.",
				"Your app has become slow, above all the {part}.",
			},
			unseen:  "It takes ages until the {part} reacts to a click.",
			details: []string{"Our network is fast.", "Other programs run fine.", "My colleagues see it too.", "In the morning it is a bit better."},
		},
		{
			summary: "Nothing works.", nextAction: "Tell the technical team.",
			openings: []string{
				"Your whole site is down, we only see a blank page.",
				"The app does not connect to the server any more.",
				"Nobody in our office can reach the {part} since {day}.",
				"We get no data at all, the service seems to be offline.",
				"The {part} does not load for any of us.",
			},
			unseen:  "Is your server offline? None of our computers gets through to the {part}.",
			details: []string{"Your status page shows green.", "We tried it from home as well.", "It began in the night.", "The internet works for other pages."},
		},
		{
			summary: "Data does not sync.", nextAction: "Check the sync.",
			openings: []string{
				"What I enter on my {device} does not show up in the {part}.",
				"The {part} is empty after the update, all entries are gone.",
				"Two devices show two different versions of the {part}.",
				"The sync on my {device} has been stuck since {day}.",
				"Files that I upload in the {part} disappear after a while.",
			},
			unseen:  "My {device} and the web version no longer show the same data in the {part}.",
			details: []string{"I waited for hours.", "The sync symbol turns without end.", "I did not delete anything.", "The backup is switched on."},
		},
		{
			summary: "Asks how to use the app.", nextAction: "Explain the steps.",
			openings: []string{
				"How can I export the {part} to a file?",
				"Is there a way to print the {part} from my {device}?",
				"Where do I switch the app to dark colours?",
				"I do not find the button for a new entry in the {part}.",
				"Can the app run on a {device} without internet?",
			},
			unseen:  "Which button do I press to share the {part} from my {device}?",
			details: []string{"The help page shows an older version.", "I have just started with the app.", "A few short steps would do.", "My {device} is rather old."},
		},
	}
}
