package chat

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

func said(line int, contents ...string) Sample {
	s := Sample{Line: line}
	roles := []string{User, Assistant}
	for i, content := range contents {
		s.Messages = append(s.Messages, Message{Role: roles[i%2], Content: content})
	}
	return s
}

func TestCheckLeaks(t *testing.T) {
	t.Parallel()
	train := []Sample{said(1, "a", "b"), said(2, "c", "d"), said(4, "a", "b", "e", "f")}
	for _, test := range []struct {
		name           string
		heldOut        []Sample
		leak, leakLine string // words of the refusal and of its place
		shared         string
	}{
		{"nothing is held out", nil, "", "", ""},
		{"nothing in common", []Sample{said(1, "x", "b"), said(2, "a", "b", "x", "y")}, "", "", ""},
		{"an answer in common", []Sample{said(1, "x", "d")}, "", "", ""},
		{"the beginning of a conversation", []Sample{said(1, "a", "b", "g", "h")}, "", "", ""},
		{"one leaks", []Sample{said(7, "x", "y"), said(9, "c", "d")}, "this one is also in train.jsonl:2 (1 of 2 samples is like this)", "heldout.jsonl:9: ", ""},
		{"the first of two leaks", []Sample{said(5, "a", "b", "e", "f"), said(6, "a", "b")}, "also in train.jsonl:4 (2 of 2 samples are like this)", "heldout.jsonl:5: ", ""},
		{"a prompt in common", []Sample{said(3, "c", "other")}, "", "", "heldout.jsonl:3: the prompt of this held-out sample is also in train.jsonl:2, with another answer; 1 of 1 samples is like this"},
		{"upper case is another", []Sample{said(3, "C", "d")}, "", "", ""},
	} {
		refusals, warnings := CheckLeaks(Set{Name: "train.jsonl", Samples: train}, Set{Name: "heldout.jsonl", HeldOut: true, Samples: test.heldOut})
		var refused, warned string
		if len(refusals) > 0 {
			refused = refusals[0].String()
		}
		if len(warnings) > 0 {
			warned = warnings[0].String()
		}
		if (refused == "") != (test.leak == "") || !strings.Contains(refused, test.leak) || !strings.HasPrefix(refused, test.leakLine) {
			t.Errorf("%s: refused %q", test.name, refused)
		}
		if warned != test.shared {
			t.Errorf("%s: warned %q", test.name, warned)
		}
		if refused != "" && (refusals[0].Code != cloud.ProblemLeak || refusals[0].Set != cloud.SetHeldOut || !strings.Contains(refused, `{"messages":[`)) {
			t.Errorf("%s: %+v", test.name, refusals[0])
		}
	}
}

// A split of ours keeps equal conversations together, so it cannot leak.
func TestSplitDoesNotLeak(t *testing.T) {
	t.Parallel()
	var samples []Sample
	for i := range 200 {
		samples = append(samples, said(i+1, strings.Repeat("x", i%50), "y"))
	}
	train, heldOut := Split(samples, 0.3, 1)
	refusals, _ := CheckLeaks(Set{Name: "d", Samples: train}, Set{Name: "d", HeldOut: true, Samples: heldOut})
	if len(refusals) > 0 || len(heldOut) == 0 {
		t.Errorf("%d held out, %v", len(heldOut), refusals)
	}
}

// What is odd about a set that can be trained is a warning, once for each kind.
func TestCheckWarns(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 90)
	samples := []Sample{
		said(1, "hi", "hello"), said(2, long, "x"), said(3, "hi", long), said(5, "hi", "hello"), said(6, long, "y"), said(8, "hi", "hello"), said(9, "and?", " "),
	}
	set := Set{Name: "train.jsonl", Samples: samples, Encoded: encode(t, samples, 60)}
	refusals, warnings := set.Check(tiny(t).EndOfTurn(), 512)
	if len(refusals) > 0 {
		t.Fatal(refusals)
	}
	var got []string
	for _, w := range warnings {
		got = append(got, w.Code+" "+w.String())
	}
	want := []string{
		"masked_samples train.jsonl:2: nothing of the answer is left after the cut; 2 of 7 samples are left out for that",
		"cut_samples train.jsonl:3: cut before the end of the answer; 1 of 7 samples is",
		"empty_answers train.jsonl:9: the answer is empty, so the model learns to say nothing; 1 of 7 samples is like this",
		"duplicates train.jsonl:5: the same conversation as in line 1 (2 such repetitions in the file)",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got)
	}
	described := set.Describe()
	if described.Cut != 3 || described.Masked != 2 || described.Duplicates != 2 || len(described.Longest) != 3 {
		t.Errorf("%+v", described)
	}
}
