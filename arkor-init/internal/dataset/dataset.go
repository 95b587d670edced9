// Package dataset holds what the generators of the templates' data have in
// common: conversations, their JSON lines, and chance that repeats itself.
package dataset

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
)

// Message is one turn of a conversation.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Sample is one conversation.
type Sample struct {
	Messages []Message `json:"messages"`
}

// Ask returns the conversation in which text, read under an instruction, is
// answered with a value as JSON.
func Ask(instruction, text string, answer any) Sample {
	return Sample{[]Message{{"system", instruction}, {"user", text}, {"assistant", encode(answer)}}}
}

// Lines writes one sample a line.
func Lines(samples []Sample) []byte {
	var out bytes.Buffer
	for _, s := range samples {
		out.WriteString(encode(s) + "\n")
	}
	return out.Bytes()
}

// encode leaves <, > and & as they are: the model shall learn them, not "\u003c".
func encode(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n")))
}

// Random chooses the same things every time.
type Random struct{ source *rand.PCG }

// NewRandom returns the stream of choices that belongs to a seed.
func NewRandom(seed uint64) Random { return Random{rand.NewPCG(1, seed)} }

// Intn does without rand.Rand, whose ways to bound a number may change with Go.
func (r Random) Intn(n int) int { return int(r.source.Uint64() % uint64(n)) }

// Chance is true in so many of a hundred cases.
func (r Random) Chance(percent int) bool { return r.Intn(100) < percent }

// Pick returns one of a list.
func Pick[T any](r Random, from []T) T { return from[r.Intn(len(from))] }

// Shuffle puts a list into another order.
func Shuffle[T any](r Random, list []T) {
	for i := range list {
		j := i + r.Intn(len(list)-i)
		list[i], list[j] = list[j], list[i]
	}
}
