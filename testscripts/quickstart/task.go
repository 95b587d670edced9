package main

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// task is what a template teaches, and how to see whether it was learned.
type task struct {
	does      string // "sorts support tickets"
	noun      string // what is held out
	maxTokens int64  // of an answer
	columns   []column
}

// column is a score: the share of answers of which something holds.
type column struct {
	title string
	least float64 // percent that the tuned model has to reach
	holds func(text string, want, got map[string]any) bool
}

// baseMost is the percent of its answers that may be valid before the training.
const baseMost = 10

func tasks() map[string]task {
	// Every answer that reaches the other columns is one.
	valid := column{"valid JSON", 95, func(string, map[string]any, map[string]any) bool { return true }}
	return map[string]task{
		"triage": {"sorts support tickets", "ticket", 96, []column{
			valid, {"right category", 80, sameField("category")}, {"right urgency", 0, sameField("urgency")},
		}},
		"translate": {"translates messages", "message", 96, []column{
			valid, {"right language", 85, sameField("detectedLanguage")}, {"exact translation", 55, sameField("translation")},
		}},
		"redaction": {"takes personal data out of messages", "message", 160, []column{
			valid, {"all data gone", 90, nothingLeft}, {"right count", 0, sameField("redactedCount")},
			{"right tags", 0, sameField("tags")}, {"exact text", 60, sameField("redactedText")},
		}},
	}
}

func sameField(name string) func(string, map[string]any, map[string]any) bool {
	return func(_ string, want, got map[string]any) bool {
		return fmt.Sprint(want[name]) == fmt.Sprint(got[name])
	}
}

// grade returns the scores of answers in percent, by column.
func (t task) grade(texts []heldOut, answers []string) []float64 {
	scores := make([]float64, len(t.columns))
	for i, answer := range answers {
		var want, got map[string]any
		if json.Unmarshal([]byte(texts[i].want), &want) != nil || json.Unmarshal([]byte(answer), &got) != nil || !sameShape(want, got) {
			continue
		}
		for c, column := range t.columns {
			if column.holds(texts[i].text, want, got) {
				scores[c] += 100 / float64(len(answers))
			}
		}
	}
	return scores
}

// judge fails when the training has not reached what it should.
func (t task) judge(before, after []float64) error {
	reached := before[0] <= baseMost
	var goals []string
	for i, c := range t.columns {
		if c.least > 0 {
			reached = reached && after[i] >= c.least
			goals = append(goals, fmt.Sprintf("%s >= %.0f %%", c.title, c.least))
		}
	}
	if reached {
		return nil
	}
	return cli.Hint(fmt.Errorf("the training fell short of %s, base <= %d %%", strings.Join(goals, ", "), baseMost),
		"look at the loss in the job's log; a lower learning rate or more epochs may help")
}

// sameShape reports whether two answers have the same fields of the same types.
// Numbers are whole and lists hold texts, in all of our schemas.
func sameShape(want, got map[string]any) bool {
	if len(want) != len(got) {
		return false
	}
	for name := range want {
		if kind := kindOf(got[name]); kind == "" || kind != kindOf(want[name]) {
			return false
		}
	}
	return true
}

func kindOf(value any) string {
	switch v := value.(type) {
	case string:
		return "text"
	case float64:
		if v == math.Trunc(v) {
			return "whole number"
		}
	case []any:
		if !slices.ContainsFunc(v, func(item any) bool { return kindOf(item) != "text" }) {
			return "list of texts"
		}
	}
	return ""
}

var (
	placeholder = regexp.MustCompile(`\\\[[A-Z]+\\\]`) // in a text that has gone through QuoteMeta
	word        = regexp.MustCompile(`[\pL\d]{3,}`)
)

// nothingLeft reports whether no word of the personal data is in the answer. The
// data are what stands in the text where the wanted answer has placeholders.
func nothingLeft(text string, want, got map[string]any) bool {
	wanted, _ := want["redactedText"].(string)
	answered, _ := got["redactedText"].(string)
	pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(wanted), "(.+?)")
	found := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(text)
	if found == nil {
		return false
	}
	mayStay, stays := word.FindAllString(wanted, -1), word.FindAllString(answered, -1)
	for _, data := range found[1:] {
		for _, part := range word.FindAllString(data, -1) {
			if slices.Contains(stays, part) && !slices.Contains(mayStay, part) {
				return false
			}
		}
	}
	return true
}
