// Package series turns the stored log events of a training into curves of a
// size that a page can draw.
package series

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// The columns of a training's log, beside the step.
const (
	Loss = iota
	EvalLoss
	LearningRate
	SamplesPerSecond
	TokensPerSecond
	Epoch
	Columns
)

// Point is one log event. A value is NaN where the event has no number.
type Point struct {
	Step   int64
	Time   int64 // in milliseconds since 1970, 0 where the event does not say
	Values [Columns]float64
}

// Parse reads the data of a log event as the backend writes it: one flat object,
// its keys sorted, without spaces. encoding/json would take ten times as long,
// and a training may have a hundred thousand events.
func Parse(data []byte) Point {
	var p Point
	p.Values[Epoch], data = number(data, `"epoch":`)
	p.Values[EvalLoss], data = number(data, `"evalLoss":`)
	p.Values[LearningRate], data = number(data, `"learningRate":`)
	p.Values[Loss], data = number(data, `"loss":`)
	p.Values[SamplesPerSecond], data = number(data, `"samplesPerSecond":`)
	step, data := number(data, `"step":`)
	p.Time, data = instant(data, `"timestamp":"`)
	p.Values[TokensPerSecond], _ = number(data, `"tokensPerSecond":`)
	p.Step = int64(step)
	return p
}

// number returns the value of a key and what comes behind it. Inside of a string
// the key cannot be met: its quotes would be escaped.
func number(data []byte, key string) (value float64, rest []byte) {
	_, rest, found := bytes.Cut(data, []byte(key))
	if !found {
		return math.NaN(), data
	}
	end := 0
	for end < len(rest) && rest[end] != ',' && rest[end] != '}' {
		end++
	}
	if bytes.HasPrefix(rest, []byte("null")) { // an error would take longer than all the rest
		return math.NaN(), rest[end:]
	}
	value, err := strconv.ParseFloat(string(rest[:end]), 64)
	if err != nil {
		value = math.NaN()
	}
	return value, rest[end:]
}

// instant is number for a point in time.
func instant(data []byte, key string) (milliseconds int64, rest []byte) {
	_, rest, found := bytes.Cut(data, []byte(key))
	if !found {
		return 0, data
	}
	text, rest, _ := bytes.Cut(rest, []byte{'"'})
	var at time.Time
	if at.UnmarshalText(text) != nil {
		return 0, rest
	}
	return at.UnixMilli(), rest
}
