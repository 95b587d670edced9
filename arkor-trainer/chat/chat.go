// Package chat reads conversations, renders them as a model's tokens and marks
// the tokens that training is about.
package chat

// Roles of a message.
const (
	System    = "system"
	User      = "user"
	Assistant = "assistant"
)

// Message is one turn of a conversation.
type Message struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []ToolCall `json:"toolCalls,omitempty"`  // of an assistant's message
	ToolCallID string     `json:"toolCallId,omitempty"` // of a tool's: the call that it answers
	Skip       bool       `json:"-"`                    // an assistant's message that is not learned
}

// Sample is one conversation of a dataset.
type Sample struct {
	Line     int // in the file it was read from, from 1; 0 when it was not read from a file
	Messages []Message
	Tools    []Tool
}

// Encoded is a conversation as tokens.
type Encoded struct {
	Tokens     []int32
	Supervised []bool // for each token: the model learns to predict it from those before
	Cut        bool   // the conversation was longer than the limit and its end is missing
	Length     int    // tokens before the cut
}

// Summary counts what a dataset holds once encoded.
type Summary struct {
	Samples    int
	Cut        int // samples longer than the limit
	Masked     int // samples of which no token is learned
	Tokens     int
	Supervised int // tokens that are learned
	Longest    int // tokens of the longest sample before the cut
}

// Summarize counts.
func Summarize(encoded []Encoded) Summary {
	s := Summary{Samples: len(encoded)}
	for _, e := range encoded {
		supervised := countTrue(e.Supervised)
		s.Tokens += len(e.Tokens)
		s.Supervised += supervised
		s.Longest = max(s.Longest, e.Length)
		if e.Cut {
			s.Cut++
		}
		if supervised == 0 {
			s.Masked++
		}
	}
	return s
}

func countTrue(values []bool) int {
	n := 0
	for _, v := range values {
		if v {
			n++
		}
	}
	return n
}
