package corpus

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

func TestGenerateIsDeterministicAndGrows(t *testing.T) {
	t.Parallel()
	few, more := Generate(7, 200), Generate(7, 400)
	if diff := cmp.Diff(few, more[:200]); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(few, Generate(8, 200)) {
		t.Error("two seeds give the same conversations")
	}
}

func key(s chat.Sample) string {
	var text strings.Builder
	for _, m := range s.Messages {
		text.WriteString(m.Role + ": " + m.Content + "\n")
	}
	return text.String()
}

func TestHeldOutIsInNoCorpus(t *testing.T) {
	t.Parallel()
	trained := map[string]bool{}
	for seed := range int64(3) {
		for _, s := range Generate(seed, 4000) {
			trained[key(s)] = true
		}
	}
	for seed := range int64(3) {
		for _, s := range HeldOut(seed, 200) {
			if trained[key(s)] {
				t.Errorf("seed %d: trained on\n%s", seed, key(s))
			}
		}
	}
}

// Generate leaves out what it has written before; here is how often that is.
func TestConversationsRepeatRarely(t *testing.T) {
	t.Parallel()
	const n = 20_000
	r, scenes, different := &random{state: 1}, allScenes(), map[[32]byte]bool{}
	for range n {
		different[hash(conversation(r, scenes))] = true
	}
	if len(different) < n*95/100 {
		t.Errorf("%d of %d conversations are different", len(different), n)
	}
}

var notation = regexp.MustCompile(`\{[a-z]*\}`)

var longNumber = regexp.MustCompile(`\d{4,}`)

func TestConversationsAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, s := range Generate(5, 5000) {
		last := ""
		said := ""
		for i, m := range s.Messages {
			switch {
			case m.Content == "" || m.Content != strings.TrimSpace(m.Content):
				t.Errorf("an empty message, or space around it:\n%s", key(s))
			case strings.ContainsAny(m.Content, "|<>") || notation.MatchString(m.Content):
				t.Errorf("notation that was not expanded:\n%s", key(s))
			case m.Role != chat.User && strings.ContainsAny(m.Content, "{}"):
				t.Errorf("a format for machines that the user has not shown:\n%s", key(s))
			case m.Role == last || m.Role == chat.System && i > 0 || m.Role == chat.Assistant && last != chat.User:
				t.Errorf("turns out of order:\n%s", key(s))
			}
			if m.Role == chat.Assistant {
				for _, number := range longNumber.FindAllString(m.Content, -1) {
					if !strings.Contains(said, number) {
						t.Errorf("an answer made up the number %s:\n%s", number, key(s))
					}
				}
			}
			said += m.Content
			last = m.Role
		}
		if last != chat.Assistant {
			t.Errorf("the last word is not the assistant's:\n%s", key(s))
		}
	}
}

func TestTickets(t *testing.T) {
	t.Parallel()
	r, cues := &random{state: 3}, map[string]urgency{}
	for level, list := range map[urgency][]cue{low: lowCues(), high: highCues()} {
		for _, c := range list {
			cues[c.why] = level
		}
	}
	levels := map[urgency]int{}
	for range 2000 {
		s := pick(r, allScenes())
		k := (&talk{random: r, values: map[string]string{}}).ticket(s)
		if level, ok := cues[k.reason]; ok && level != k.level {
			t.Errorf("%q is of urgency %d, but %s", k.text, k.level, k.reason)
		}
		if s.urgency == high && k.level != high {
			t.Errorf("%q: %s is always urgent", k.text, s.topic)
		}
		levels[k.level]++
	}
	for level, n := range levels {
		if n < 300 {
			t.Errorf("%d of 2000 tickets are of urgency %d", n, level)
		}
	}
}

func TestScenesAreComplete(t *testing.T) {
	t.Parallel()
	topics := map[string]bool{}
	for _, s := range allScenes() {
		if topics[s.topic] {
			t.Errorf("%s: there twice", s.topic)
		}
		topics[s.topic] = true
		for name, texts := range map[string][]string{"tell": s.tell, "detail": s.detail, "ask": s.ask, "summary": s.summary, "reply": s.reply, "action": s.action} {
			if len(texts) < 1 || len(s.tell) < 2 {
				t.Errorf("%s: too little in %s", s.topic, name)
			}
		}
		if (s.urgency == high) != (s.why != "") {
			t.Errorf("%s: a reason belongs to what is urgent, and to nothing else", s.topic)
		}
	}
}

func TestBuiltinTokenizer(t *testing.T) {
	t.Parallel()
	files, err := Tokenizer(1, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := fs.ReadFile(builtin.Tiny(), name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("builtin/tiny/%s is not what `arkor-trainer tokenizer --seed 1` writes", name)
		}
	}
	tok, err := tokenizer.Load(builtin.Tiny())
	if err != nil {
		t.Fatal(err)
	}
	const answer = `{"category":"billing","urgency":"high"}`
	if n := len(tok.Encode(answer)); n > 9 {
		t.Errorf("%s takes %d tokens", answer, n)
	}
	template, err := chat.LoadTemplate(builtin.Tiny(), tok)
	if err != nil {
		t.Fatal(err)
	}
	var encoded []chat.Encoded
	for _, s := range Generate(1, 3000) {
		e, err := template.Encode(s, maxLength, true)
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, e)
	}
	summary := chat.Summarize(encoded)
	if mean := summary.Tokens / summary.Samples; summary.Cut > 0 || summary.Longest > 256 || mean < 60 || mean > 110 {
		t.Errorf("%d tokens on average, %d in the longest", mean, summary.Longest)
	}
}
