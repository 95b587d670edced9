package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
)

// Build is what a look at the project found.
type Build struct {
	First   bool   // since the server began
	Entry   string // relative to the project
	Trainer string // its name, "" without one
	Error   string // what is wrong with the project
	Took    time.Duration
}

// Listener hears of what happens, one thing at a time.
type Listener interface {
	Built(Build)
	Run(runs.Run) // after each change of its state, and when its job is known
}

// Tell tells a listener what the project would train, whenever that changes, and
// what becomes of trainings, until ctx ends.
func (s *Server) Tell(ctx context.Context, l Listener) {
	reader, unsubscribe := s.news.subscribe(0)
	defer unsubscribe()
	s.watch()
	told := map[string]runs.Run{}
	last := ""
	for {
		var pending changed
		select {
		case <-reader.wake:
			pending, _ = s.news.take(reader)
		case <-ctx.Done():
			return
		}
		if pending.runs {
			for _, run := range s.runs.List() {
				if before := told[run.ID]; before.State != run.State || (before.JobID == nil) != (run.JobID == nil) && run.State == runs.Running {
					l.Run(run)
				}
				told[run.ID] = run
			}
		}
		if pending.manifest || pending.asked {
			last = s.tellBuild(ctx, l, last, pending.asked)
		}
	}
}

// tellBuild returns what it told; the same again is told only to who has asked.
func (s *Server) tellBuild(ctx context.Context, l Listener, last string, asked bool) string {
	began := time.Now()
	status, answer, err := s.manifestAnswer(ctx)
	if err != nil {
		return last // ctx has ended
	}
	b := Build{First: last == "", Took: time.Since(began)}
	key := ""
	switch answer := answer.(type) {
	case *failure:
		b.Error, key = firstMistake(answer), answer.Message
	case json.RawMessage:
		var about struct {
			Entry, ArtifactHash string
			Trainer             struct{ Name string }
		}
		if json.Unmarshal(answer, &about) != nil {
			return last
		}
		b.Entry, b.Trainer, key = about.Entry, about.Trainer.Name, about.ArtifactHash
	}
	key = strconv.Itoa(status) + " " + key
	if key != last || asked {
		l.Built(b)
	}
	return key
}

// firstMistake is one line about what is wrong: its place and words, where they
// are known.
func firstMistake(f *failure) string {
	var places []struct {
		File         string
		Line, Column int
		Text         string
	}
	if json.Unmarshal(f.Diagnostics, &places) == nil && len(places) > 0 {
		at := places[0]
		return fmt.Sprintf("%s:%d:%d: %s", at.File, at.Line, at.Column, at.Text)
	}
	return f.Message
}

// Rebuild looks at the project again, although nothing is known to have changed.
func (s *Server) Rebuild() {
	s.manifest.Changed()
	s.news.publish(changed{manifest: true, asked: true})
}
