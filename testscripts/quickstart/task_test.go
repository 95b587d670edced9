package main

import (
	"slices"
	"testing"
)

func TestRedactionScores(t *testing.T) {
	t.Parallel()
	const text = "My name is Ann Lee. Call 01632 960123 about the mail."
	const want = `{"redactedText":"My name is [NAME]. Call [PHONE] about the mail.","redactedCount":2,"tags":["name","phone"]}`
	for answer, scores := range map[string][]float64{
		want: {100, 100, 100, 100, 100},
		`{"redactedText":"My name is [NAME] Lee. Call [PHONE] about the mail.","redactedCount":2,"tags":["name"]}`:          {100, 0, 100, 0, 0},
		`{"redactedText":"My name is [NAME]. Call 01632 [PHONE].","redactedCount":1,"tags":["name","phone"]}`:               {100, 0, 0, 100, 0},
		`{"redactedText":"[NAME]. [PHONE] mail","redactedCount":2,"tags":[]}`:                                               {100, 100, 100, 0, 0},
		`{"redactedText":"My name is [NAME].","redactedCount":2}`:                                                           {0, 0, 0, 0, 0},
		`{"redactedText":"My name is [NAME].","redactedCount":2,"tags":[],"more":1}`:                                        {0, 0, 0, 0, 0},
		`{"redactedText":"My name is [NAME].","redactedCount":"2","tags":[]}`:                                               {0, 0, 0, 0, 0},
		`{"redactedText":"My name is [NAME].","redactedCount":2.5,"tags":[]}`:                                               {0, 0, 0, 0, 0},
		`{"redactedText":"My name is [NAME].","redactedCount":2,"tags":[1]}`:                                                {0, 0, 0, 0, 0},
		`{"redactedText":"My name is [NAME]. Call [PHONE] about the mail.","redactedCount":2,"tags":["name","phone"]} more`: {0, 0, 0, 0, 0},
		"I am sorry to hear that.": {0, 0, 0, 0, 0},
	} {
		got := tasks()["redaction"].grade([]heldOut{{text: text, want: want}}, []string{answer})
		if !slices.Equal(got, scores) {
			t.Errorf("%s scores %v, want %v", answer, got, scores)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	triage := tasks()["triage"]
	if err := triage.judge([]float64{10, 0, 0}, []float64{95, 80, 0}); err != nil {
		t.Error(err)
	}
	for _, scores := range [][2][]float64{
		{{11, 0, 0}, {100, 100, 100}}, {{0, 0, 0}, {94, 100, 100}}, {{0, 0, 0}, {100, 79, 100}},
	} {
		const want = "the training fell short of valid JSON >= 95 %, right category >= 80 %, base <= 10 %"
		if err := triage.judge(scores[0], scores[1]); err == nil || err.Error() != want {
			t.Errorf("%v: %v", scores, err)
		}
	}
}
