package buildcmd

import (
	"encoding/json"
	"errors"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// Outcome is what --json prints of a build. Paths are absolute but for those of
// Inputs and of messages, which are relative to Project.
type Outcome struct {
	Project    string    `json:"project"`
	Entry      string    `json:"entry"`
	Artifact   string    `json:"artifact"`
	Map        string    `json:"map"`
	Bytes      int       `json:"bytes"` // of the artifact
	Inputs     []string  `json:"inputs"`
	DurationMs int64     `json:"durationMs"`
	Warnings   []Message `json:"warnings"`
}

// Failure is what --json prints instead. Its errors are those of the code, or
// one that says why nothing was built.
type Failure struct {
	Errors   []Message `json:"errors"`
	Warnings []Message `json:"warnings"`
}

// Message is about the user's code where it has a place, which is left out
// otherwise.
type Message struct {
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
	*Place
}

// Place counts lines from 1 and columns, in bytes, from 0, as the framed
// messages do. What tsc says comes without the text of the line.
type Place struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	LineText string `json:"lineText,omitempty"`
}

func printOutcome(env cli.Env, b *bundle.Bundle, artifact string) error {
	return json.NewEncoder(env.Stdout).Encode(Outcome{
		Project: env.Dir, Entry: b.Entry, Artifact: artifact, Map: artifact + ".map", Bytes: len(b.Code),
		Inputs: b.Inputs, DurationMs: b.Elapsed().Milliseconds(), Warnings: messages(b.Warnings),
	})
}

// printFailure turns an error into an object on stdout and a silent error.
func printFailure(env cli.Env, err error) error {
	failure := Failure{Warnings: []Message{}}
	var broken *bundle.Error
	var types *typeErrors
	switch {
	case errors.As(err, &broken):
		failure.Errors, failure.Warnings = messages(broken.Errors), messages(broken.Warnings)
	case errors.As(err, &types) && len(types.found) > 0:
		failure.Errors = types.found
	default:
		failure.Errors = []Message{{Text: err.Error(), Hint: cli.HintOf(err)}}
	}
	if err := json.NewEncoder(env.Stdout).Encode(failure); err != nil {
		return err
	}
	return &cli.ExitError{Status: cli.StatusFailed}
}

func messages(found []api.Message) []Message {
	all := []Message{}
	for _, one := range found {
		message := Message{Text: one.Text}
		if at := one.Location; at != nil {
			message.Place = &Place{at.File, at.Line, at.Column, at.LineText}
		}
		all = append(all, message)
	}
	return all
}
