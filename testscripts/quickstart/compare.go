package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// shownTickets is how many held-out tickets are printed with both answers.
const shownTickets = 5

// compare asks the base model and the tuned one the whole held-out split,
// prints a few answers side by side and the scores of both.
func compare(ctx context.Context, project tool, jobID string) error {
	tickets, err := readTickets(filepath.Join(project.dir, "data", "heldout.jsonl"))
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
	base, err := askAll(ctx, client, scope, cloud.ChatRequest{BaseModel: config.Model}, tickets)
	if err != nil {
		return fmt.Errorf("ask the base model: %w", err)
	}
	adapter := &cloud.Adapter{Kind: "final", JobID: jobID}
	tuned, err := askAll(ctx, client, scope, cloud.ChatRequest{Adapter: adapter}, tickets)
	if err != nil {
		return fmt.Errorf("ask the tuned model: %w", err)
	}
	for i := range min(shownTickets, len(tickets)) {
		at := i * len(tickets) / shownTickets
		fmt.Printf("\n%s\n", wrap("ticket: "+tickets[at].text, 78, "        "))
		fmt.Printf("%s\n", wrap("  base: "+oneLine(base[at]), 78, "        "))
		fmt.Printf("%s\n", wrap(" tuned: "+oneLine(tuned[at]), 78, "        "))
		fmt.Printf("%s\n", wrap("  want: "+tickets[at].want, 78, "        "))
	}
	before, after := grade(tickets, base), grade(tickets, tuned)
	fmt.Printf("\n%-23s  valid JSON  right category  right urgency\n", fmt.Sprintf("%d held-out tickets", len(tickets)))
	for _, row := range []struct {
		name string
		score
	}{{"base  " + config.Model, before}, {"tuned (this training)", after}} {
		fmt.Printf("  %-21s  %8.1f %%  %12.1f %%  %11.1f %%\n", row.name, row.valid, row.category, row.urgency)
	}
	if after.valid < 95 || after.category < 80 || before.valid > 10 {
		return cli.Hint(errors.New("the training fell short of valid JSON >= 95 %, right category >= 80 %, base <= 10 %"),
			"look at the loss in the job's log; a lower learning rate or more epochs may help")
	}
	return nil
}

type ticket struct {
	text   string
	prompt []cloud.Message // everything before the assistant's turn
	want   string
}

func readTickets(path string) ([]ticket, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var tickets []ticket
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		var sample struct{ Messages []cloud.Message }
		if err := json.Unmarshal(line, &sample); err != nil || len(sample.Messages) < 2 {
			return nil, fmt.Errorf("%s:%d: not a conversation: %v", path, i+1, err)
		}
		last := len(sample.Messages) - 1
		tickets = append(tickets, ticket{
			text: sample.Messages[last-1].Content, prompt: sample.Messages[:last], want: sample.Messages[last].Content,
		})
	}
	return tickets, nil
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

// askAll asks every ticket, two at a time, greedily.
func askAll(ctx context.Context, client *cloud.Client, scope cloud.Scope, request cloud.ChatRequest, tickets []ticket) ([]string, error) {
	temperature, maxTokens := 0.0, int64(96)
	request.Temperature, request.MaxTokens = &temperature, &maxTokens
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answers := make([]string, len(tickets))
	next := make(chan int)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for i := range next {
				request := request
				request.Messages = tickets[i].prompt
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
	for i := range tickets {
		next <- i
	}
	close(next)
	workers.Wait()
	return answers, context.Cause(ctx)
}

type score struct{ valid, category, urgency float64 } // percent of the answers

// grade counts answers that are one JSON object, and those whose category and
// urgency are the wanted ones.
func grade(tickets []ticket, answers []string) score {
	var s score
	share := 100 / float64(len(answers))
	for i, answer := range answers {
		var got, want struct{ Category, Urgency string }
		if json.Unmarshal([]byte(strings.TrimSpace(answer)), &got) != nil || json.Unmarshal([]byte(tickets[i].want), &want) != nil {
			continue
		}
		s.valid += share
		if got.Category == want.Category {
			s.category += share
		}
		if got.Urgency == want.Urgency {
			s.urgency += share
		}
	}
	return s
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
