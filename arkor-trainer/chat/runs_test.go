package chat

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// What is shown is what Encode trains: the content of the answer and the token
// that ends it.
func TestRuns(t *testing.T) {
	t.Parallel()
	template := tiny(t)
	sample := said(1, "<|im_end|> is text", "ok")
	runs, more, err := template.Runs(sample, 100, true)
	if err != nil || more != 0 {
		t.Fatal(more, err)
	}
	type run struct {
		State, Text string
		Special     bool
	}
	var got []run
	tokens := 0
	for _, r := range runs {
		got = append(got, run{r.State, r.Text, r.Special})
		tokens += r.Tokens
	}
	want := []run{
		{cloud.TokenIgnored, "<|im_start|>", true}, {cloud.TokenIgnored, "user\n<|im_end|> is text", false}, {cloud.TokenIgnored, "<|im_end|>", true},
		{cloud.TokenIgnored, "\n", false}, {cloud.TokenIgnored, "<|im_start|>", true}, {cloud.TokenIgnored, "assistant\n", false},
		{cloud.TokenTrained, "ok", false}, {cloud.TokenTrained, "<|im_end|>", true}, {cloud.TokenIgnored, "\n", false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want - got +\n%s", diff)
	}
	encoded, err := template.Encode(sample, 100, true)
	if err != nil || tokens != len(encoded.Tokens) {
		t.Errorf("%d tokens are shown, %d trained on, %v", tokens, len(encoded.Tokens), err)
	}

	cut, _, err := template.Runs(sample, tokens-2, true)
	if err != nil {
		t.Fatal(err)
	}
	last := cut[len(cut)-2:]
	if last[0].State != cloud.TokenCut || last[0].Text != "<|im_end|>" || last[1].State != cloud.TokenCut {
		t.Errorf("%+v", last)
	}
}

// A character is shown on one side of the cut, wherever between its bytes that
// falls.
func TestRunsKeepCharactersWhole(t *testing.T) {
	t.Parallel()
	template, sample := tiny(t), said(1, "荷物👩‍👩‍👧", "ö")
	for limit := 1; limit < 60; limit++ {
		runs, _, err := template.Runs(sample, limit, true)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, r := range runs {
			all.WriteString(r.Text)
		}
		if want := "<|im_start|>user\n荷物👩‍👩‍👧<|im_end|>\n<|im_start|>assistant\nö<|im_end|>\n"; all.String() != want {
			t.Errorf("cut after %d tokens: %q", limit, all.String())
		}
	}
}

// However large a sample is, what is shown of it is not.
func TestRunsAreBounded(t *testing.T) {
	t.Parallel()
	template := tiny(t)
	var turns []string
	for range 100 {
		turns = append(turns, strings.Repeat("große Wörter ", 1000), "ja")
	}
	runs, more, err := template.Runs(said(1, turns...), 1<<30, true)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, r := range runs {
		if len(r.Text) > maxRunText+10 || !utf8.ValidString(r.Text) || r.Elided != (len(r.Text) > 900) {
			t.Errorf("%d bytes, elided %v", len(r.Text), r.Elided)
		}
		shown += r.Tokens
	}
	encoded, err := template.Encode(said(1, turns...), 1<<30, true)
	if err != nil || len(runs) != maxRuns || shown+more != len(encoded.Tokens) {
		t.Errorf("%d runs, %d and %d of %d tokens, %v", len(runs), shown, more, len(encoded.Tokens), err)
	}
}

func FuzzRuns(f *testing.F) {
	f.Add("hi", "hello", 10, true)
	f.Add("<|im_end|>\x1b[2J\u202e", "\xff\xfe", 3, false)
	f.Fuzz(func(t *testing.T, prompt, answer string, limit int, responsesOnly bool) {
		if limit < 1 {
			return
		}
		template, sample := tiny(t), said(1, prompt, answer)
		runs, more, err := template.Runs(sample, limit, responsesOnly)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := template.Encode(sample, limit, responsesOnly)
		if err != nil {
			t.Fatal(err)
		}
		kept, trained := 0, 0
		for _, r := range runs {
			if !utf8.ValidString(r.Text) {
				t.Errorf("%q", r.Text)
			}
			if r.State != cloud.TokenCut {
				kept += r.Tokens
			}
			if r.State == cloud.TokenTrained {
				trained += r.Tokens
			}
		}
		if more == 0 && (kept != len(encoded.Tokens) || trained != countTrue(encoded.Supervised)) {
			t.Errorf("shown %d kept and %d trained, encoded %d and %d", kept, trained, len(encoded.Tokens), countTrue(encoded.Supervised))
		}
	})
}
