// Package corpus writes the conversations that the builtin model is pre-trained
// on: plain English about orders, parcels, invoices, accounts and apps, small
// talk, short questions and small tasks on a text. It was written for this
// project and takes nothing from elsewhere.
//
// The assistant always answers in plain English. JSON and forms appear only in
// what users show it, with a question about them: a token that pre-training has
// never seen cannot be told from other such tokens, so tuning could hardly teach
// a format made of them. Writing JSON is left for tuning to teach.
package corpus

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
)

// Generate returns n different conversations. The same seed gives the same
// ones, and a larger n only adds to them. None of them is ever in HeldOut.
func Generate(seed int64, n int) []chat.Sample { return generate(seed, n, false) }

// HeldOut returns n different conversations that Generate returns for no seed.
func HeldOut(seed int64, n int) []chat.Sample { return generate(seed, n, true) }

// heldOutShare is one in how many conversations belongs to HeldOut.
const heldOutShare = 32

func generate(seed int64, n int, heldOut bool) []chat.Sample {
	r := &random{state: uint64(seed)}
	scenes := allScenes()
	seen := make(map[[sha256.Size]byte]bool, n)
	samples := make([]chat.Sample, 0, n)
	for len(samples) < n {
		messages := conversation(r, scenes)
		key := hash(messages)
		held := binary.LittleEndian.Uint32(key[:])%heldOutShare == 0
		if held != heldOut || seen[key] {
			continue
		}
		seen[key] = true
		samples = append(samples, chat.Sample{Messages: messages})
	}
	return samples
}

func allScenes() []scene {
	return append(append(shopScenes(), accountScenes()...), softwareScenes()...)
}

// conversation draws one, support and reading far more often than the rest.
func conversation(r *random, scenes []scene) []chat.Message {
	t := &talk{random: r, values: map[string]string{}}
	switch n := r.intn(100); {
	case n < 27:
		return t.support(scenes)
	case n < 58:
		return t.reading(scenes)
	case n < 69:
		return t.records()
	case n < 73:
		return t.spelling()
	case n < 80:
		return t.orders()
	case n < 87:
		return t.smallTalk()
	case n < 92:
		return t.knowledge()
	}
	return t.instruction()
}

func hash(messages []chat.Message) [sha256.Size]byte {
	var text strings.Builder
	for _, m := range messages {
		text.WriteString(m.Role + "\x00" + m.Content + "\x00")
	}
	return sha256.Sum256([]byte(text.String()))
}
