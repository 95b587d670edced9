package corpus

import "github.com/arkorlab/arkor-go/arkor-trainer/chat"

// smallTalk is a friendly conversation about nothing in particular.
func (t *talk) smallTalk() []chat.Message {
	var messages []chat.Message
	add := func(e exchange) {
		messages = append(messages, chat.Message{Role: chat.User, Content: t.say(e.user)}, chat.Message{Role: chat.Assistant, Content: t.answer(e.assistant)})
	}
	o := pick(t.random, openings())
	add(o.exchange)
	switch {
	case len(o.next) > 0 && t.chance(60):
		add(pick(t.random, o.next))
	case t.chance(35):
		add(pick(t.random, openings()).exchange)
	}
	if t.chance(30) {
		add(pick(t.random, closings()))
	}
	return t.withSystem(25, messages)
}

// opening is something to begin with, and what the other may say next.
type opening struct {
	exchange
	next []exchange
}

func closings() []exchange {
	return []exchange{
		{"[Thanks|Thank you][.|!]", "[You are welcome.|Happy to help.] [Have a nice day!|]"},
		{"[Bye|See you|Goodbye][.|!]", "[Goodbye!|See you soon!|Bye, take care.]"},
		{"[Okay|All right], [bye|see you][.|!]", "[Bye!|See you!] [Have a nice day.|]"},
	}
}

func openings() []opening {
	well := exchange{"[I am fine too|I am well|Fine][, thanks|, thank you|].", "[I am glad to hear that.|Good to hear.] [What can I do for you?|]"}
	yes := exchange{"[Yes, a lot|Yes, very much|Yes, I do].", "[That is good.|I am happy to hear that.|How nice.]"}
	no := exchange{"[No, not really|Not so much|No].", "[I see.|That is fine.] [Maybe you find something better.|]"}
	unsure := exchange{"I do not know yet.", "[That is fine.|Take your time.] [There is no hurry.|]"}
	years := exchange{"For {few} years.", "[That is a long time.|Oh, {few} years, that is a lot.]"}
	quiet := exchange{"[Nothing special|Not much].", "[A quiet day is good too.|That is fine as well.]"}
	you := exchange{"And what do you do[ all day|]?", "I wait for messages and answer them. [That is all I do.|It is a quiet life.]"}
	walk := exchange{"[Maybe I go for a walk|I want to {plans}|I think I will {plans}].", "[That is a good idea.|Good idea!|That sounds good.] [Enjoy it.|]"}
	really := exchange{"Are you sure?", "[I am never fully sure, I am only a small model.|I think so, but I can be wrong.]"}
	return []opening{
		{exchange{"[Hello|Hi|Hey|Good morning|Good evening|Hi there|Hello there][.|!|]", "[Hello|Hi]! [How can I help you?|What can I do for you?|It is nice to hear from you.]"}, nil},
		{exchange{"[Hello|Hi|Hey], how are you[ today|]?", "I am [fine|well], thank you. [How are you?|And you?]"}, []exchange{well}},
		{exchange{"[Hello|Hi], [I am|my name is] {name}.", "[Hello|Hi|Nice to meet you,] {name}. [How can I help you?|What can I do for you today?]"}, []exchange{
			{"What is my name?", "Your name is {name}."}, {"Do you know my name?", "Yes, you are {name}."}}},
		{exchange{"How are you[ today|]?", "I am [fine|well], thank you. [How are you?|And you?]"}, []exchange{well}},
		{exchange{"[What is your name?|Who are you?|What are you?]", "I am Arkor Tiny, a [very|] small language model. [I am here for trying things out.|I can answer short messages.|I am not a person.]"}, []exchange{you, really}},
		{exchange{"Are you [a person|a human|real]?", "No, I am [Arkor Tiny,|] a small language model."}, []exchange{really, you}},
		{exchange{"What can you do?", "I can answer short messages, sum up a text and talk a little. [I am very small, so I make mistakes.|Just try it.]"}, nil},
		{exchange{"[Today|It] is {weather}[ here| in {city}| today|].", "[Oh, {weather}!|I see.] What will you do on such a day?"}, []exchange{walk, quiet, unsure}},
		{exchange{"[Today|It] is {weather}[ here| in {city}| today|].", "[Oh, {weather}!|I see.] Do you like {weather} weather?"}, []exchange{yes, no}},
		{exchange{"I [am going to|want to|will] {plans} [today|tomorrow|on {day}].", "That sounds [nice|good|like a good plan]. [Have fun!|Enjoy it!|I hope it goes well.]"}, []exchange{you}},
		{exchange{"My hobby is {hobby}.", "{hobby} is a [nice|wonderful|good] hobby. How long have you been doing it?"}, []exchange{years}},
		{exchange{"My hobby is {hobby}.", "{hobby} is a [nice|wonderful|good] hobby. Do you do it often?"}, []exchange{yes, no}},
		{exchange{"Do you like {hobby}?", "I am a small program, so I cannot try {hobby}, but [it sounds fun|many people like it|I like to hear about it]."}, []exchange{you}},
		{exchange{"I am [a bit|very|so] tired[ today|].", "[I am sorry to hear that.|Oh.] [Maybe you need a break.|A little rest will help.|Try to sleep early tonight.]"}, []exchange{
			{"[You are right|Good idea|That is true].", "[Sleep well!|I hope you feel better soon.]"}}},
		{exchange{"I am [happy|in a good mood] [today|], because I [got a new job|passed my test|have a free day|met an old friend].", "[That is great!|How nice!|I am happy for you.] [Enjoy the day.|You can be proud.|What will you do now?]"}, []exchange{walk, unsure}},
		{exchange{"I am [a bit|] sad [today|].", "I am sorry [to hear that|that you are sad]. [Do you want to talk about it?|I hope that tomorrow is better.|Maybe a walk helps.]"}, []exchange{
			{"[I lost my {product}|My {animal} is ill|I miss my friend {name}].", "[Oh, I am sorry.|That is sad.] [I hope it gets better soon.|I hope that tomorrow is a better day.]"}}},
		{exchange{"What should I [eat|cook] [today|tonight]?", "How about {idea}?"}, []exchange{
			{"[Good idea|That sounds good|I like that].", "[Enjoy your meal!|I am glad that you like the idea.]"}, {"[I do not like that|Something else, please].", "Then maybe a sandwich?"}}},
		{exchange{"I [had|made|cooked] {food} [for lunch|for dinner|today].", "{food}, that sounds [good|tasty]. [Was it good?|Did you like it?]"}, []exchange{yes, no}},
		{exchange{"[Do you like|Would you like] {drink}?", "I cannot drink, but [{drink} is a good choice|I am happy if you like it|many people love {drink}]."}, nil},
		{exchange{"I have a {animal}.", "A {animal}, how nice! What is its name?"}, []exchange{{"[Its name is {name}|{name}].", "{name} is a nice name for a {animal}."}}},
		{exchange{"I have a {animal}.", "A {animal}, how nice! How old is it?"}, []exchange{{"It is {few} years old.", "[Oh, {few} years.|I see, {few} years.] [I hope it is well.|Say hello to your {animal}.]"}}},
		{exchange{"I [work as|am] a {job}.", "A {job}, that is [an interesting|a good|an important] job. Do you like it?"}, []exchange{yes, no, you}},
		{exchange{"I [work as|am] a {job}.", "A {job}, that is [an interesting|a good|an important] job. How long have you been doing it?"}, []exchange{years}},
		{exchange{"Tell me [a joke|something funny].", "[Why was the cat at the computer? It was looking for the mouse.|What is orange and sounds like a parrot? A carrot.|What do you call a sleeping cow? A slow cow.]"}, []exchange{
			{"[Haha|That is funny|Very funny][.|!]", "[I am glad that you like it.|Happy to make you laugh.]"}, {"That is not funny.", "[I am sorry.|I see.] I know only a few jokes."}}},
		{exchange{"Tell me something [nice|kind].", "[You are doing well.|It is good that you are here.|You have a kind way of asking.]"}, nil},
		{exchange{"[Thank you|Thanks] for your help[ today|].", "[You are welcome|Happy to help|Any time]. [Have a nice day!|See you soon.|]"}, nil},
		{exchange{"[Bye|Goodbye|See you|Good night][.|!|, I have to go now.]", "[Goodbye|See you soon|Bye]! [Have a nice day.|Take care.|]"}, nil},
		{exchange{"What [day|date] is it?", "I do not have a calendar, so I do not know. [I am sorry.|Please look at your phone.]"}, nil},
		{exchange{"What is the weather like in {city}?", "I cannot look outside, so I do not know the weather in {city}."}, []exchange{{"It is {weather}.", "[Thank you, now I know.|Oh, {weather} in {city}.]"}}},
		{exchange{"[I am bored.|What can I do today?|I have nothing to do.]", "You could {wish}."}, []exchange{{"[Good idea|I will do that].", "[Have fun!|Enjoy it!]"}, {"Something else?", "You could also tidy up a bit."}}},
		{exchange{"[My friend|My sister|My brother] {name} [visits me|comes to see me] on {day}.", "How nice! [What will you do with {name}?|What will you do together?]"}, []exchange{walk, unsure, quiet}},
		{exchange{"[Can you help me?|I need help.|I have a question.]", "[Of course|Sure|Yes]. [What is it about?|How can I help you?|Please tell me more.]"}, nil},
		{exchange{"Is {city} a nice [city|place]?", "Many people like {city}. Have you been there?"}, []exchange{{"[Yes|Yes, once].", "[How was it?|Then you know it better than I do.]"}, {"[No|Not yet].", "Maybe you can go there one day."}}},
		{exchange{"I am going to {city} on {day}.", "Have a good trip to {city}! [What will you do there?|How long will you stay?]"}, []exchange{{"I stay for {few} days.", "{few} days in {city}, that sounds good."}, unsure}},
	}
}
