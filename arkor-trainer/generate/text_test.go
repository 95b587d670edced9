package generate

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// assemble pushes pieces and joins what comes out.
func assemble(t *testing.T, stops []string, pieces ...string) (text string, found bool) {
	t.Helper()
	a := assembler{stops: stops}
	for _, piece := range pieces {
		out, stopped := a.push([]byte(piece))
		if !utf8.ValidString(out) {
			t.Fatalf("%q is not UTF-8", out)
		}
		text += out
		if stopped {
			return text, true
		}
	}
	return text + a.flush(), false
}

func TestAssemblerAtEverySplit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, want string
		stops      []string
		found      bool
	}{
		{"plain", "plain", nil, false},
		{"añ日本🙂e\u0301", "añ日本🙂e\u0301", nil, false},
		{"bad \xff\xc3( \xe6\x97 byte", "bad \uFFFD\uFFFD( \uFFFD\uFFFD byte", nil, false},
		{"cut \xf0\x9f\x99", "cut ", nil, false},
		{"one\n\ntwo", "one", []string{"\n\n"}, true},
		{"one\ntwo\n", "one\ntwo\n", []string{"\n\n"}, false},
		{"aaab", "", []string{"aaab", "ab"}, true},
		{"x日本y", "x", []string{"日本"}, true},
		{"x日y", "x日y", []string{"日本"}, false},
		{"ababac", "ab", []string{"abac"}, true},
		{"hello STOP and END", "hello ", []string{"END", "STOP"}, true},
	} {
		for i := 0; i <= len(test.text); i++ {
			for j := i; j <= len(test.text); j++ {
				got, found := assemble(t, test.stops, test.text[:i], test.text[i:j], test.text[j:])
				if got != test.want || found != test.found {
					t.Fatalf("%q split at %d and %d: %q %v, want %q %v", test.text, i, j, got, found, test.want, test.found)
				}
			}
		}
		got, _ := assemble(t, test.stops, strings.Split(test.text, "")...)
		if got != test.want {
			t.Errorf("%q a byte at a time: %q", test.text, got)
		}
	}
}

// Text that cannot be part of a stop string is not held back.
func TestAssemblerHoldsNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	a := assembler{stops: []string{"\nUser:"}}
	var got []string
	for _, piece := range []string{"Hi", "\n", "Us", "ing", "\nU"} {
		text, _ := a.push([]byte(piece))
		got = append(got, text)
	}
	if diff := cmp.Diff([]string{"Hi", "", "", "\nUsing", ""}, got); diff != "" {
		t.Error(diff)
	}
	if got := a.flush(); got != "\nU" {
		t.Errorf("flushed %q", got)
	}
}

func FuzzAssembler(f *testing.F) {
	f.Add("one\n\ntwo", "\n\n", 3)
	f.Add("\xf0\x9f\x99\x82", "\x82", 2)
	f.Fuzz(func(t *testing.T, text, stop string, at int) {
		if at < 0 || at > len(text) || stop == "" || !utf8.ValidString(stop) {
			return
		}
		whole, found := assemble(t, []string{stop}, text)
		split, found2 := assemble(t, []string{stop}, text[:at], text[at:])
		if whole != split || found != found2 {
			t.Fatalf("%q %v in one, %q %v in two", whole, found, split, found2)
		}
		if strings.Contains(whole, stop) {
			t.Fatalf("%q contains the stop string", whole)
		}
	})
}

// letters makes token i the i-th letter, from a on.
func letters(token int32) []byte { return []byte{byte('a' + token%26)} }

func TestGenerate(t *testing.T) {
	t.Parallel()
	m := randomModel(smallConfig(), 1)
	e := engine(t, m, fastestKernel(), 1)
	prompt := randomTokens(m.Config, 80, 1)
	run := func(ctx context.Context, prompt []int32, o Options) (string, Result, error) {
		var text strings.Builder
		result, err := e.Generate(ctx, prompt, o, letters, func(piece string) error {
			text.WriteString(piece)
			return nil
		})
		return text.String(), result, err
	}
	background := context.Background()
	greedyOptions := Options{TopP: 1, MaxTokens: 12}
	whole, result, err := run(background, prompt, greedyOptions)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Result{FinishLength, 80, 12}, result); diff != "" || len(whole) != 12 {
		t.Fatalf("%q %s", whole, diff)
	}

	// Greedy means the likeliest token by the full forward, each time.
	sequence := append([]int32(nil), prompt...)
	for i := range 12 {
		logits, err := e.Logits(sequence, nil)
		if err != nil {
			t.Fatal(err)
		}
		next := greedy(logits[len(logits)-1])
		if letters(next)[0] != whole[i] {
			t.Fatalf("token %d of %q should be %q", i, whole, letters(next))
		}
		sequence = append(sequence, next)
	}

	o := greedyOptions
	o.StopTokens = sequence[len(prompt)+5:][:1]
	if text, result, err := run(background, prompt, o); err != nil || !strings.HasPrefix(whole, text) || result.FinishReason != FinishStop || result.CompletionTokens != len(text) || len(text) > 5 {
		t.Errorf("stop token: %q %+v %v", text, result, err)
	}
	o = greedyOptions
	o.Stop = []string{whole[6:8]}
	if text, result, err := run(background, prompt, o); err != nil || text != whole[:strings.Index(whole, o.Stop[0])] || result.FinishReason != FinishStop {
		t.Errorf("stop string: %q of %q %+v %v", text, whole, result, err)
	}
	o = Options{Temperature: 1, TopP: 0.95, MaxTokens: 1000, Seed: 3}
	long, result, err := run(background, prompt, o)
	if err != nil || result.FinishReason != FinishLength || result.CompletionTokens != 120 {
		t.Errorf("the context's end: %+v %v", result, err)
	}
	if again, _, _ := run(background, prompt, o); again != long {
		t.Error("the same seed gives another text")
	}
	cancelled, cancel := context.WithCancel(background)
	cancel()
	if _, result, err := run(cancelled, prompt, greedyOptions); err != nil || result.FinishReason != FinishCancelled {
		t.Errorf("cancelled: %+v %v", result, err)
	}
	if _, _, err := run(background, randomTokens(m.Config, 200, 1), greedyOptions); !errors.Is(err, ErrContextTooLong) {
		t.Error(err)
	}
	failed := errors.New("gone")
	if _, err := e.Generate(background, prompt, greedyOptions, letters, func(string) error { return failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
	broken := randomModel(smallConfig(), 1)
	broken.Weights[model.FinalNorm][0] = float32(1e38)
	broken.Weights[model.Output][0] = float32(1e38)
	for i := range broken.Weights[model.Output] {
		broken.Weights[model.Output][i] *= 1e38
	}
	if _, err := engine(t, broken, fastestKernel(), 0).Generate(background, prompt, greedyOptions, letters, func(string) error { return nil }); err == nil || !strings.Contains(err.Error(), "not a number") {
		t.Error(err)
	}
}

func TestOptionsCheck(t *testing.T) {
	t.Parallel()
	valid := Options{Temperature: 2, TopP: 1, MaxTokens: 1, Stop: []string{"x"}}
	if err := valid.check(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(o *Options){
		"temperature -1":      func(o *Options) { o.Temperature = -1 },
		"temperature 3":       func(o *Options) { o.Temperature = 3 },
		"topP 0":              func(o *Options) { o.TopP = 0 },
		"topP 1.5":            func(o *Options) { o.TopP = 1.5 },
		"maxTokens 0":         func(o *Options) { o.MaxTokens = 0 },
		"stop has 17 texts":   func(o *Options) { o.Stop = make([]string, 17) },
		`stop text ""`:        func(o *Options) { o.Stop = []string{""} },
		`stop text "\xff"`:    func(o *Options) { o.Stop = []string{"\xff"} },
		"valid UTF-8 of 1 to": func(o *Options) { o.Stop = []string{strings.Repeat("x", 257)} },
	} {
		o := valid
		change(&o)
		if err := o.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
