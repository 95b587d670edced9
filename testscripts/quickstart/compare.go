package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// shownTexts is how many held-out texts are printed with both answers.
const shownTexts = 5

// compare asks the base model and the tuned one the whole held-out split,
// prints a few answers side by side and the scores of both.
func compare(ctx context.Context, project tool, jobID string, t task) error {
	texts, err := readTexts(filepath.Join(project.dir, "data", "heldout.jsonl"))
	if err != nil {
		return err
	}
	client, scope, err := project.connect(ctx)
	if err != nil {
		return err
	}
	job, err := client.Job(ctx, scope, jobID)
	if err != nil {
		return err
	}
	var config struct{ Model string }
	if err := json.Unmarshal(job.Config, &config); err != nil {
		return fmt.Errorf("job %s: %w", jobID, err)
	}
	base, err := askAll(ctx, client, scope, cloud.ChatRequest{BaseModel: config.Model, MaxTokens: &t.maxTokens}, texts)
	if err != nil {
		return fmt.Errorf("ask the base model: %w", err)
	}
	adapter := &cloud.Adapter{Kind: "final", JobID: jobID}
	tuned, err := askAll(ctx, client, scope, cloud.ChatRequest{Adapter: adapter, MaxTokens: &t.maxTokens}, texts)
	if err != nil {
		return fmt.Errorf("ask the tuned model: %w", err)
	}
	for i := range min(shownTexts, len(texts)) {
		at := i * len(texts) / shownTexts
		t.show(texts[at], base[at], tuned[at])
	}
	before, after := t.grade(texts, base), t.grade(texts, tuned)
	t.table(len(texts), "base  "+config.Model, before, after)
	return t.judge(before, after)
}

// show prints a text, both answers and the one that was wanted.
func (t task) show(asked heldOut, base, tuned string) {
	fmt.Println()
	indent := strings.Repeat(" ", len(t.noun)+2)
	for _, line := range [][2]string{{t.noun, asked.text}, {"base", oneLine(base)}, {"tuned", oneLine(tuned)}, {"want", asked.want}} {
		fmt.Println(wrap(fmt.Sprintf("%*s: %s", len(t.noun), line[0], line[1]), 78, indent))
	}
}

// table prints the scores of both models, one column each.
func (t task) table(count int, baseName string, before, after []float64) {
	fmt.Printf("\n%-23s", fmt.Sprintf("%d held-out %ss", count, t.noun))
	for _, c := range t.columns {
		fmt.Printf("  %s", c.title)
	}
	fmt.Println()
	for _, row := range []struct {
		name   string
		scores []float64
	}{{baseName, before}, {"tuned (this training)", after}} {
		fmt.Printf("  %-21s", row.name)
		for i, c := range t.columns {
			fmt.Printf("  %*.1f %%", len(c.title)-2, row.scores[i])
		}
		fmt.Println()
	}
}

type heldOut struct {
	text   string
	prompt []cloud.Message // everything before the assistant's turn
	want   string
}

func readTexts(path string) ([]heldOut, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var texts []heldOut
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		var sample struct{ Messages []cloud.Message }
		if err := json.Unmarshal(line, &sample); err != nil || len(sample.Messages) < 2 {
			return nil, fmt.Errorf("%s:%d: not a conversation: %v", path, i+1, err)
		}
		last := len(sample.Messages) - 1
		texts = append(texts, heldOut{
			text: sample.Messages[last-1].Content, prompt: sample.Messages[:last], want: sample.Messages[last].Content,
		})
	}
	return texts, nil
}

// connect asks arkor-auth, as the SDK does, where the backend is and who we are.
func (t tool) connect(ctx context.Context) (*cloud.Client, cloud.Scope, error) {
	cmd := t.command(ctx, "arkor-auth", "token", "--json", "--scope")
	cmd.Stdout = nil
	out, err := cmd.Output()
	if err != nil {
		return nil, cloud.Scope{}, fmt.Errorf("arkor-auth token: %w", err)
	}
	var answer struct {
		Token, APIURL string
		Scope         cloud.Scope
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, cloud.Scope{}, fmt.Errorf("arkor-auth token: %w", err)
	}
	return &cloud.Client{BaseURL: answer.APIURL, Token: answer.Token, Version: cli.Version()}, answer.Scope, nil
}

// askAll asks for every text, two at a time, greedily.
func askAll(ctx context.Context, client *cloud.Client, scope cloud.Scope, request cloud.ChatRequest, texts []heldOut) ([]string, error) {
	temperature := 0.0
	request.Temperature = &temperature
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answers := make([]string, len(texts))
	next := make(chan int)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for i := range next {
				request := request
				request.Messages = texts[i].prompt
				err := client.Chat(ctx, scope, request, func(piece string) error {
					answers[i] += piece
					return nil
				})
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range texts {
		next <- i
	}
	close(next)
	workers.Wait()
	return answers, context.Cause(ctx)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// wrap breaks text at width columns; further lines begin with indent.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		switch {
		case i == 0:
		case column+1+len(word) > width:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
