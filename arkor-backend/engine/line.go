package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"unicode"
)

// The types of a worker's lines.
const (
	Started    = "started"
	Log        = "log"
	Checkpoint = "checkpoint"
	Completed  = "completed"
	Failed     = "failed"
	Stopped    = "stopped"
)

// MaxLine bounds a worker's line.
const MaxLine = 1 << 20

// maxError bounds the reason of a failure.
const maxError = 4 << 10

// Line is one line of a worker's stdout.
type Line struct {
	Type string
	Step int64

	Loss, EvalLoss, LearningRate, Epoch *float64
	SamplesPerSecond, TokensPerSecond   *float64

	Metadata    json.RawMessage // of a started line; nil when absent
	ResumedFrom int64           // of a started line: the step of the checkpoint it goes on from, 0 for none
	Metrics     json.RawMessage // of a completed line; nil when absent
	Dir         string          // of a checkpoint or completed line, relative to the job's folder
	Error       string          // of a failed line, never empty there

	End int64 // where the line ends in the output of all the job's workers
}

// Final reports whether the line is a worker's last word on its job.
func (l Line) Final() bool { return l.Type == Completed || l.Type == Failed }

// ParseLine reads a line. Unknown fields are passed over, unknown types are not.
func ParseLine(data []byte) (Line, error) {
	var raw struct {
		Type             string          `json:"type"`
		Step             *float64        `json:"step"`
		Loss             *float64        `json:"loss"`
		EvalLoss         *float64        `json:"evalLoss"`
		LearningRate     *float64        `json:"learningRate"`
		Epoch            *float64        `json:"epoch"`
		SamplesPerSecond *float64        `json:"samplesPerSecond"`
		TokensPerSecond  *float64        `json:"tokensPerSecond"`
		Metadata         json.RawMessage `json:"metadata"`
		Metrics          json.RawMessage `json:"metrics"`
		Dir              string          `json:"dir"`
		Error            string          `json:"error"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return Line{}, fmt.Errorf("not a line of the worker protocol: %w", err)
	}
	line := Line{
		Type: raw.Type, Loss: raw.Loss, EvalLoss: raw.EvalLoss, LearningRate: raw.LearningRate, Epoch: raw.Epoch,
		SamplesPerSecond: raw.SamplesPerSecond, TokensPerSecond: raw.TokensPerSecond,
		Metadata: absentIfNull(raw.Metadata), Metrics: absentIfNull(raw.Metrics),
	}
	if raw.Step != nil {
		if *raw.Step != math.Trunc(*raw.Step) || *raw.Step < 0 || *raw.Step > 1<<53 {
			return Line{}, fmt.Errorf("step %v is not a whole number", *raw.Step)
		}
		line.Step = int64(*raw.Step)
	}
	switch raw.Type {
	case Started:
		var metadata struct {
			ResumedFromStep int64 `json:"resumedFromStep"`
		}
		_ = json.Unmarshal(line.Metadata, &metadata) // the rest is the worker's business
		line.ResumedFrom = max(metadata.ResumedFromStep, 0)
	case Log, Checkpoint:
		if raw.Step == nil {
			return Line{}, fmt.Errorf("a %s line without a step", raw.Type)
		}
	case Failed:
		line.Error = oneLine(raw.Error)
	case Completed, Stopped:
	default:
		return Line{}, fmt.Errorf("unknown type %q", raw.Type)
	}
	if raw.Type == Checkpoint || raw.Type == Completed {
		if !filepath.IsLocal(raw.Dir) || filepath.Clean(raw.Dir) == "." {
			return Line{}, errors.New("the folder is missing or outside the job's own")
		}
		line.Dir = raw.Dir
	}
	return line, nil
}

func absentIfNull(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// oneLine makes a reason fit for a terminal and a database.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, unicode.IsControl), " ")
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "") + "…"
	}
	if text = strings.TrimSpace(text); text == "" {
		return "the training process failed without saying why"
	}
	return text
}
