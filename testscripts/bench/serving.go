package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	servingRounds  = 5
	servingStreams = 8
	servingAnswers = 20  // of a stream, one after the other
	firstTokens    = 200 // answers whose beginning is timed
)

// serving measures answers of the builtin model through the backend's chat
// route, as it is and with an adapter, each streamed.
func (b *bench) serving(ctx context.Context) ([]figure, error) {
	project, err := b.triage(ctx)
	if err != nil {
		return nil, err
	}
	defer b.command(context.WithoutCancel(ctx), project, "arkor", "backend", "stop").Run()
	c, err := b.chats(ctx, project)
	if err != nil {
		return nil, err
	}
	for _, adapter := range []bool{false, true} { // loads the model and the adapter
		if _, err := c.stream(ctx, 0, adapter); err != nil {
			return nil, err
		}
	}
	late, err := c.beginnings(ctx)
	if err != nil {
		return nil, err
	}
	var adapted, parallel []float64
	for range servingRounds {
		base, err := c.stream(ctx, 0, false)
		if err != nil {
			return nil, err
		}
		with, err := c.stream(ctx, 0, true)
		if err != nil {
			return nil, err
		}
		one, err := c.streams(ctx, 1)
		if err != nil {
			return nil, err
		}
		many, err := c.streams(ctx, servingStreams)
		if err != nil {
			return nil, err
		}
		adapted, parallel = append(adapted, with/base), append(parallel, many/one)
	}
	return []figure{
		{"chat, time to the first token, model loaded, p95", late, "ms", 60, false, firstTokens},
		{"chat, decoding with an adapter over without", median(adapted), "x", 0.75, true, servingRounds},
		{"chat, 8 streams at once over one", median(parallel), "x", 1.5, true, servingRounds},
	}, nil
}

// chats asks the models of one project.
type chats struct {
	address, token string
	client         *http.Client
	jobID          string
	prompts        [][]cloud.Message
}

// chats trains an adapter, shortly, and reads what to ask.
func (b *bench) chats(ctx context.Context, project string) (*chats, error) {
	out, err := b.command(ctx, project, "arkor", "start", "--dry-run").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("arkor start --dry-run: %w\n%s", err, out)
	}
	_, rest, _ := strings.Cut(string(out), "Started job ")
	jobID, _, _ := strings.Cut(rest, "\n")
	client, scope, err := b.localBackend(ctx, project)
	if err != nil {
		return nil, err
	}
	query := url.Values{"orgSlug": {scope.OrgSlug}, "projectSlug": {scope.ProjectSlug}}
	c := &chats{
		address: client.BaseURL + "/v1/inference/chat?" + query.Encode(), token: client.Token, jobID: jobID,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: servingStreams}},
	}
	file, err := os.Open(filepath.Join(project, "data", "heldout.jsonl"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var sample struct{ Messages []cloud.Message }
		if err := json.Unmarshal(lines.Bytes(), &sample); err != nil {
			return nil, err
		}
		c.prompts = append(c.prompts, sample.Messages[:len(sample.Messages)-1])
	}
	return c, nil
}

// answer is how long one took, and how much it was.
type answer struct {
	first, whole time.Duration
	tokens       int
}

// ask reads a streamed answer to its end.
func (c *chats) ask(ctx context.Context, messages []cloud.Message, adapter bool) (a answer, err error) {
	fields := map[string]any{"messages": messages, "temperature": 0, "baseModel": "arkor/tiny"}
	if adapter {
		delete(fields, "baseModel")
		fields["adapter"] = map[string]string{"kind": "final", "jobId": c.jobID}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("X-Arkor-Client", "arkor/"+cli.Version())
	started := time.Now()
	res, err := c.client.Do(req)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		line := lines.Text()
		switch {
		case line == "data: [DONE]":
			a.whole = time.Since(started)
			return a, nil
		case strings.Contains(line, `"content":`):
			if a.tokens++; a.tokens == 1 {
				a.first = time.Since(started)
			}
		}
	}
	return a, fmt.Errorf("status %d, the answer ends after %d pieces", res.StatusCode, a.tokens)
}

// beginnings asks one after the other, with the adapter every other time, and
// returns the 95th percentile of the milliseconds until something was there.
func (c *chats) beginnings(ctx context.Context) (p95 float64, err error) {
	var times []float64
	for i := range firstTokens {
		a, err := c.ask(ctx, c.prompts[i%len(c.prompts)], i%2 == 1)
		if err != nil {
			return 0, err
		}
		times = append(times, float64(a.first.Microseconds())/1000)
	}
	slices.Sort(times)
	return times[len(times)*95/100], nil
}

// longer is a prompt to which the builtin model says more than a dozen tokens.
func longer(i int) []cloud.Message {
	return []cloud.Message{
		{Role: "system", Content: "Remove personal data. Answer with JSON."},
		{Role: "user", Content: fmt.Sprintf("Where is my kettle? I paid with card 0000 0000 0000 %04d.", i)},
	}
}

// stream asks one thing after the other and returns how many tokens a second
// come once an answer has begun.
func (c *chats) stream(ctx context.Context, number int, adapter bool) (float64, error) {
	tokens, took := 0, time.Duration(0)
	for i := range servingAnswers {
		a, err := c.ask(ctx, longer(number*servingAnswers+i), adapter)
		if err != nil {
			return 0, err
		}
		tokens, took = tokens+a.tokens-1, took+a.whole-a.first
	}
	return float64(tokens) / took.Seconds(), nil
}

// streams returns how many tokens a second come through so many streams in all.
func (c *chats) streams(ctx context.Context, n int) (float64, error) {
	tokens, failures := make([]int, n), make([]error, n)
	started := time.Now()
	var all sync.WaitGroup
	for stream := range n {
		all.Go(func() {
			for i := range servingAnswers {
				a, err := c.ask(ctx, longer(stream*servingAnswers+i), false)
				if err != nil {
					failures[stream] = err
					return
				}
				tokens[stream] += a.tokens
			}
		})
	}
	all.Wait()
	total := 0
	for _, n := range tokens {
		total += n
	}
	return float64(total) / time.Since(started).Seconds(), errors.Join(failures...)
}
