package corpus

import (
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
)

// knowledge is a short question with one right answer.
func (t *talk) knowledge() []chat.Message {
	var messages []chat.Message
	for n := 1 + t.intn(3); n > 0; n-- {
		ask, answer := t.fact()
		messages = append(messages, chat.Message{Role: chat.User, Content: ask}, chat.Message{Role: chat.Assistant, Content: answer})
	}
	return t.withSystem(30, messages)
}

func (t *talk) fact() (ask, answer string) {
	pairOf := func(list string) (string, string) {
		a, b, _ := strings.Cut(pick(t.random, words(list)), "=")
		return a, b
	}
	switch t.intn(10) {
	case 0:
		a, b := pairOf("big=small|hot=cold|fast=slow|old=new|early=late|open=closed|full=empty|light=dark|happy=sad|easy=hard|long=short|high=low|" +
			"clean=dirty|wet=dry|loud=quiet|strong=weak|cheap=expensive|near=far|left=right|up=down|first=last|good=bad|rich=poor|thick=thin|" +
			"right=wrong|yes=no|in=out|day=night|summer=winter|friend=enemy|question=answer|start=end|buy=sell|push=pull|win=lose|give=take|remember=forget")
		if t.chance(50) {
			a, b = b, a
		}
		return t.say("What is the opposite of "+a+"?", "Tell me the opposite of "+a+".", "What is not "+a+"?", "Opposite of "+a+"?"),
			t.say("The opposite of "+a+" is "+b+".", b+".")
	case 1:
		a, b := pairOf("Germany=Berlin|France=Paris|England=London|Spain=Madrid|Italy=Rome|Austria=Vienna|Norway=Oslo|Ireland=Dublin|Portugal=Lisbon|" +
			"Japan=Tokyo|Greece=Athens|Poland=Warsaw|Sweden=Stockholm|Denmark=Copenhagen|Finland=Helsinki|Egypt=Cairo|Canada=Ottawa|Hungary=Budapest")
		if t.chance(30) {
			return t.say("Which country is "+b+" in?", "Where is "+b+"?"), t.say(b+" is in "+a+".", "It is in "+a+".")
		}
		return t.say("What is the capital of "+a+"?", "Tell me the capital of "+a+".", "Which city is the capital of "+a+"?"), t.say("The capital of "+a+" is "+b+".", b+".")
	case 2:
		days := words("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")
		i := t.intn(7)
		if t.chance(50) {
			return t.say("Which day comes after "+days[i]+"?", "What comes after "+days[i]+"?"), t.say(days[(i+1)%7]+" comes after "+days[i]+".", days[(i+1)%7]+".")
		}
		return t.say("Which day comes before "+days[i]+"?", "What comes before "+days[i]+"?"), t.say(days[(i+6)%7]+" comes before "+days[i]+".", days[(i+6)%7]+".")
	case 3:
		months := words(slotWords["month"])
		i := t.intn(12)
		return t.say("Which month comes after "+months[i]+"?", "What is the month after "+months[i]+"?"), t.say(months[(i+1)%12]+" comes after "+months[i]+".", months[(i+1)%12]+".")
	case 4:
		a, b := t.intn(10), t.intn(10)
		if t.chance(50) {
			return t.say("What is "+strconv.Itoa(a)+" plus "+strconv.Itoa(b)+"?", "How much is "+strconv.Itoa(a)+" plus "+strconv.Itoa(b)+"?"),
				t.say(strconv.Itoa(a)+" plus "+strconv.Itoa(b)+" is "+strconv.Itoa(a+b)+".", "It is "+strconv.Itoa(a+b)+".")
		}
		a, b = max(a, b), min(a, b)
		return t.say("What is " + strconv.Itoa(a) + " minus " + strconv.Itoa(b) + "?"), t.say(strconv.Itoa(a)+" minus "+strconv.Itoa(b)+" is "+strconv.Itoa(a-b)+".", "It is "+strconv.Itoa(a-b)+".")
	case 5:
		a, b := pairOf("a knife=cut bread|a broom=sweep the floor|a kettle=boil water|a pen=write|a lamp=light a room|a key=open a door|a pan=fry eggs|a bed=sleep|" +
			"a chair=sit|a phone=call people|a camera=take photos|a bag=carry things|soap=wash your hands|an umbrella=stay dry in the rain|a clock=see the time|" +
			"a map=find the way|a towel=dry your hands|a spoon=eat soup|a ladder=reach high places|a hammer=hit nails|a scarf=keep your neck warm|a helmet=protect your head")
		return t.say("What do you use "+a+" for?", "What is "+a+" for?", "What can I do with "+a+"?"), t.say("You use "+a+" to "+b+".", "You can use it to "+b+".")
	case 6:
		a, b := pairOf("the sky=blue|grass=green|snow=white|a lemon=yellow|a tomato=red|coal=black|milk=white|a carrot=orange|the sun=yellow|a banana=yellow|blood=red|a cloud=white|chocolate=brown")
		return t.say("What colour is "+a+"?", "Which colour does "+a+" have?", "Tell me the colour of "+a+"."), t.say(a+" is "+b+".", "It is "+b+".")
	case 7:
		a, b := pairOf("a cow=milk|a bee=honey|a hen=eggs|a sheep=wool|an apple tree=apples|a baker=bread|a vine=grapes|a cook=meals|a writer=books|a painter=pictures")
		return t.say("What does "+a+" give us?", "What do we get from "+a+"?"), t.say(a+" gives us "+b+".", "We get "+b+" from "+a+".")
	case 8:
		a, b := pairOf("days in a week=seven|months in a year=twelve|hours in a day=twenty-four|minutes in an hour=sixty|legs of a dog=four|legs of a bird=two|wheels of a car=four|" +
			"seconds in a minute=sixty|fingers on one hand=five|seasons in a year=four|days in a weekend=two|legs of a spider=eight|sides of a square=four")
		what, of, _ := strings.Cut(a, " ")
		if strings.HasPrefix(of, "of ") {
			return t.say("How many "+what+" does "+strings.TrimPrefix(of, "of ")+" have?", "Number of "+a+"?"), t.say("It has "+b+" "+what+".", b+".")
		}
		return t.say("How many "+what+" are there "+of+"?", "Number of "+a+"?"), t.say("There are "+b+" "+what+" "+of+".", b+".")
	}
	a, b := pairOf("a refund=money that you get back|an invoice=a bill for something that you bought|a parcel=a box that is sent to you|a password=a secret word to log in|a discount=a lower price|" +
		"a delivery=bringing a parcel to you|a carrier=a company that brings parcels|an account=your own place on a page|a browser=a program to look at web pages|an update=a newer version of a program|" +
		"a crash=when a program stops by itself|a backup=a copy of your data|a return label=a label to send a parcel back|a warehouse=a big house where goods are kept|a receipt=a paper that shows what you paid|" +
		"a subscription=something that you pay for again and again|a voucher=a code that saves you money|an error=something that went wrong|a bug=a mistake in a program|a server=a computer that works for many people|JSON=a way to write data for programs|a ticket=a message to support|a category=a group of things of one kind|a field=one value with a name")
	return t.say("What is "+a+"?", "What does "+strings.TrimPrefix(strings.TrimPrefix(a, "an "), "a ")+" mean?", "Can you explain "+a+"?", "Explain "+a+" in one line."), t.say(a+" is "+b+".", "It is "+b+".")
}
