package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"
)

const structuredAnswers = 1000

// ticket is what ticketSchema asks for.
type ticket struct {
	Category string   `json:"category"`
	Urgency  *int     `json:"urgency"`
	Summary  *string  `json:"summary"`
	Tags     []string `json:"tags"`
}

const ticketSchema = `{"type":"object","properties":{"category":{"enum":["billing","delivery","account","other"]},"urgency":{"type":"integer","minimum":1,"maximum":5},` +
	`"summary":{"type":"string","minLength":1,"maxLength":80},"tags":{"type":"array","items":{"enum":["new","vip","late"]},"maxItems":3}},` +
	`"required":["category","urgency","summary"],"additionalProperties":false}`

// validTicket checks an answer with nothing that made it.
func validTicket(text string) bool {
	var raw map[string]json.RawMessage
	var t ticket
	if json.Unmarshal([]byte(text), &raw) != nil || json.Unmarshal([]byte(text), &t) != nil {
		return false
	}
	for key := range raw {
		if !slices.Contains([]string{"category", "urgency", "summary", "tags"}, key) {
			return false
		}
	}
	for _, tag := range t.Tags {
		if !slices.Contains([]string{"new", "vip", "late"}, tag) {
			return false
		}
	}
	return slices.Contains([]string{"billing", "delivery", "account", "other"}, t.Category) && len(t.Tags) <= 3 &&
		t.Urgency != nil && *t.Urgency >= 1 && *t.Urgency <= 5 &&
		t.Summary != nil && utf8.RuneCountInString(*t.Summary) >= 1 && utf8.RuneCountInString(*t.Summary) <= 80
}

// structured has a worker answer with the builtin model, held to a schema.
func (b *bench) structured(ctx context.Context) ([]figure, error) {
	w, err := startWorker(ctx, filepath.Join(b.bin, "arkor-trainer"))
	if err != nil {
		return nil, err
	}
	defer w.end()
	constraint := `,"constraint":{"type":"json_schema","schema":` + ticketSchema + `}`
	const many = 32 // at a time
	texts := map[string]string{}
	valid, sent := 0, 0
	for answered := 0; answered < structuredAnswers; {
		for ; sent < structuredAnswers && sent-answered < many; sent++ {
			w.ask(fmt.Sprint(sent), sent, constraint)
		}
		line, err := w.next()
		switch {
		case err != nil:
			return nil, err
		case line.Type == "reading": // it is at work
		case line.Type == "token":
			texts[line.ID] += line.Text
		case line.Type == "done":
			answered++
			if line.FinishReason == "stop" && validTicket(texts[line.ID]) {
				valid++
			}
			delete(texts, line.ID)
		default:
			return nil, fmt.Errorf("the worker says %+v", line)
		}
	}
	var ratios []float64
	for round := range 15 {
		with, err := w.speed(round, constraint)
		if err != nil {
			return nil, err
		}
		without, err := w.speed(round, "")
		if err != nil {
			return nil, err
		}
		ratios = append(ratios, with/without)
	}
	return []figure{
		{"answers held to a schema that validate", 100 * float64(valid) / structuredAnswers, "%", 100, true, structuredAnswers},
		{"decoding with a schema, of that without", median(ratios), "x", 0.75, true, len(ratios)},
	}, nil
}

// worker is arkor-trainer serve with the builtin model.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

type workerLine struct {
	ID, Type, Text, Error, FinishReason string
	CompletionTokens                    int
}

func startWorker(ctx context.Context, trainer string) (*worker, error) {
	w := &worker{cmd: exec.CommandContext(ctx, trainer, "serve")}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	w.out = bufio.NewReader(out)
	if _, err := w.next(); err != nil { // that it is ready
		w.end()
		return nil, fmt.Errorf("the worker is not ready: %w", err)
	}
	return w, nil
}

func (w *worker) end() {
	w.in.Close()
	_ = w.cmd.Wait()
}

func (w *worker) ask(id string, seed int, constraint string) {
	fmt.Fprintf(w.in, `{"id":%q,"op":"generate","messages":[{"role":"user","content":"Sort this ticket: where is my order %d?"}],"temperature":0.9,"seed":%d,"maxTokens":300%s}`+"\n",
		id, seed, seed, constraint)
}

func (w *worker) next() (line workerLine, err error) {
	text, err := w.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(text, &line)
	}
	return line, err
}

// speed returns the tokens per second of five answers, one after the other,
// from the first token of each on.
func (w *worker) speed(round int, constraint string) (float64, error) {
	var tokens int
	var took time.Duration
	for i := range 5 {
		w.ask("speed", 5*round+i, constraint)
		var first time.Time
		for {
			line, err := w.next()
			if err != nil {
				return 0, err
			}
			if first.IsZero() {
				first = time.Now()
			}
			if line.Type == "done" {
				tokens += line.CompletionTokens
				took += time.Since(first)
				break
			}
		}
	}
	return float64(tokens) / took.Seconds(), nil
}
