package corpus

// The teams that answer messages.
const (
	billing   = "billing"
	delivery  = "delivery"
	account   = "account"
	technical = "technical"
	returns   = "returns"
	sales     = "sales"
	product   = "product"
)

type mood int

const (
	problem mood = iota // something went wrong
	request             // something is asked for
	praise              // nothing is wanted
)

type urgency int

const (
	low urgency = iota
	normal
	high
)

// scene is one reason to write to support, with the ways to put it.
type scene struct {
	team    string
	topic   string // "It is about {topic}."
	mood    mood
	urgency urgency // when the message says nothing else
	why     string  // why it is urgent, for scenes that are
	tell    []string
	detail  []string // more to say, all optional
	ask     []string
	summary []string // the message in one line
	reply   []string
	action  []string   // what support should do
	next    []exchange // what may follow
}

type exchange struct{ user, assistant string }

// cue is a sentence that decides how urgent a message is.
type cue struct {
	text string
	why  string
}

func highCues() []cue {
	return []cue{
		{"I need it [by tomorrow|tomorrow morning].", "they need it by tomorrow"},
		{"[This is|It is] very urgent.", "the customer says it is urgent"},
		{"Please help me [right away|right now|at once].", "they ask for help right away"},
		{"[We|Our team] cannot work [like this|until this is solved].", "they cannot work"},
		{"I have been waiting far too long and I am running out of time.", "they are running out of time"},
		{"My [customer|boss] is waiting for this [right now|today].", "someone is waiting for it"},
		{"It has to be solved [today|before tonight].", "it has to be solved today"},
		{"This is an emergency for [us|my business].", "it is an emergency for them"},
		{"We lose [money|customers] every hour.", "they lose money"},
		{"I am leaving tomorrow and need it before that.", "they leave tomorrow"},
		{"[This|It] is really important, please be quick.", "they say it is important"},
	}
}

func lowCues() []cue {
	return []cue{
		{"There is no [hurry|rush].", "there is no hurry"},
		{"[Take your time.|Please take all the time you need.]", "they say to take our time"},
		{"It is not [urgent|important], I [just|only] wanted to [tell you|ask].", "they say it is not urgent"},
		{"[Answer|You can answer] when you have [time|a quiet moment].", "they can wait for an answer"},
		{"It can wait until next [week|month].", "it can wait"},
		{"This is just a small thing.", "it is a small thing"},
		{"I can live with it for now.", "they can live with it for now"},
	}
}
