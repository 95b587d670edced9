package chat

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

func encode(t *testing.T, samples []Sample, limit int) []Encoded {
	t.Helper()
	template := tiny(t)
	var encoded []Encoded
	for _, s := range samples {
		e, err := template.Encode(s, limit, true)
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, e)
	}
	return encoded
}

func TestCheck(t *testing.T) {
	t.Parallel()
	answered := Sample{Line: 7, Messages: []Message{{Role: User, Content: "What is it?"}, {Role: Assistant, Content: "It is a very long answer to a short question."}}}
	unanswered := Sample{Line: 9, Messages: []Message{{Role: User, Content: "Hello?"}}}
	for _, test := range []struct {
		name    string
		samples []Sample
		limit   int
		want    string
	}{
		{"fine", []Sample{answered}, 100, ""},
		{"one of two is cut", []Sample{answered, {Line: 8, Messages: []Message{{Role: User, Content: strings.Repeat("long ", 90)}, {Role: Assistant, Content: "x"}}}}, 60, ""},
		{"empty", nil, 100, "train.jsonl: no samples"},
		{"no assistant turn", []Sample{answered, unanswered}, 100, `train.jsonl:9: no assistant turn, so there is nothing to learn: {"messages":[{"role":"user","content":"Hello?"}]}`},
		{"all masked", []Sample{answered}, 5, "train.jsonl:7: every label is masked: no sample has any of its answer within the first 5 tokens, such as {"},
		{"end never trained", []Sample{answered}, 16, "train.jsonl:7: the end of the answer is never trained, so the model would not learn to stop: every sample is cut after 16 tokens, such as {"},
	} {
		set := Set{Name: "train.jsonl", Samples: test.samples, Encoded: encode(t, test.samples, test.limit)}
		refusals, _ := set.Check(tiny(t).EndOfTurn(), 512)
		var err error
		if len(refusals) > 0 {
			err = Refuse(refusals[0])
		}
		switch {
		case test.want == "":
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		case err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 400:
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		case strings.Contains(test.want, "tokens") && !strings.Contains(cli.HintOf(err), "lora.maxLength"):
			t.Errorf("%s: hint %q", test.name, cli.HintOf(err))
		}
	}
}

// What is proposed must be possible.
func TestLengthHint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		length, limit, most int
		want                string
	}{
		{300, 256, 512, "raise lora.maxLength (the longest sample has 300 tokens) or shorten the samples"},
		{900, 256, 512, "raise lora.maxLength (the model takes up to 512 tokens, the longest sample has 900) or shorten the samples"},
		{900, 512, 512, "shorten the samples: the model takes up to 512 tokens, the longest sample has 900"},
	} {
		if got := lengthHint(test.length, test.limit, test.most); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	got := Summarize([]Encoded{
		{Tokens: make([]int32, 4), Supervised: []bool{false, false, true, true}, Length: 4},
		{Tokens: make([]int32, 3), Supervised: make([]bool, 3), Cut: true, Length: 9},
	})
	if want := (Summary{Samples: 2, Cut: 1, Masked: 1, Tokens: 7, Supervised: 2, Longest: 9}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSplitIsStable(t *testing.T) {
	t.Parallel()
	var samples []Sample
	for i := range 1000 {
		samples = append(samples, Sample{Line: i + 1, Messages: []Message{{Role: User, Content: fmt.Sprint(i)}, {Role: Assistant, Content: "x"}}})
	}
	side := func(samples []Sample) map[string]bool {
		train, heldOut := Split(samples, 0.1, 3)
		sides := map[string]bool{}
		for _, s := range train {
			sides[s.Messages[0].Content] = false
		}
		for _, s := range heldOut {
			sides[s.Messages[0].Content] = true
		}
		if len(train)+len(heldOut) != len(samples) || len(sides) != len(samples) {
			t.Errorf("%d + %d of %d samples", len(train), len(heldOut), len(samples))
		}
		return sides
	}
	all, half := side(samples), side(samples[500:])
	held := 0
	for content, heldOut := range all {
		if heldOut {
			held++
		}
		if other, ok := half[content]; ok && other != heldOut {
			t.Errorf("sample %s changes sides when others are removed", content)
		}
	}
	if held < 70 || held > 130 {
		t.Errorf("%d of 1000 held out, expected about 100", held)
	}
}

func TestSplitEdges(t *testing.T) {
	t.Parallel()
	one := Sample{Line: 1, Messages: []Message{{Role: User, Content: "a"}, {Role: Assistant, Content: "b"}}}
	other := Sample{Line: 2, Messages: []Message{{Role: User, Content: "c"}, {Role: Assistant, Content: "d"}}}
	twin := Sample{Line: 3, Messages: one.Messages}
	for _, test := range []struct {
		samples        []Sample
		fraction       float64
		train, heldOut int
	}{
		{nil, 0.5, 0, 0},
		{[]Sample{one, other}, 0, 2, 0},
		{[]Sample{one, other}, 0.0001, 1, 1},
		{[]Sample{one, other}, 1, 1, 1},
		{[]Sample{one, other}, math.NaN(), 2, 0},
	} {
		train, heldOut := Split(test.samples, test.fraction, 0)
		if len(train) != test.train || len(heldOut) != test.heldOut {
			t.Errorf("fraction %v of %d samples: %d and %d", test.fraction, len(test.samples), len(train), len(heldOut))
		}
	}
	train, heldOut := Split([]Sample{one, twin}, 0.5, 0)
	if len(train)*len(heldOut) != 0 {
		t.Error("equal conversations are on both sides")
	}
}

// What is quoted of a file is written as it is there.
func TestShowWritesCallsAsTheFileDoes(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"now","arguments":"{\"in\":\"Oslo\"}"}}]}]}`,
		`{"messages":[{"role":"assistant","content":"","tool_calls":[]},{"role":"user","content":"<b>"}]}`,
		`{"messages":[{"role":"assistant","content":"a","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"9","tool_call_id":"t"}]}`,
	} {
		sample, err := parseSample([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		want := shorten(strings.Replace(line, `,"tool_calls":[]`, "", 1))
		if got := show(sample); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
