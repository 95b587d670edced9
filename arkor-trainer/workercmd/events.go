package workercmd

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/arkorlab/arkor-go/arkor-trainer/train"
)

// events writes what happens in a run as JSON, one object a line, for whoever
// started the worker.
type events struct{ w io.Writer }

func (e events) send(event any) error {
	data, err := json.Marshal(event)
	if err != nil {
		return err
	}
	if _, err := e.w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("report progress: %w", err)
	}
	return nil
}

// metadata describes a run at its start.
type metadata struct {
	Model               string `json:"model"`
	TotalSteps          int    `json:"totalSteps"`
	Samples             int    `json:"samples"`
	EvalSamples         int    `json:"evalSamples"`
	CutSamples          int    `json:"cutSamples"`
	MaxLength           int    `json:"maxLength"`
	TrainableParameters int    `json:"trainableParameters"`
	TokensPerEpoch      int    `json:"tokensPerEpoch"`
	SupervisedPerEpoch  int    `json:"supervisedTokensPerEpoch"`
	ResumedFromStep     int    `json:"resumedFromStep"`
}

func (e events) started(m metadata) error {
	return e.send(struct {
		Type     string   `json:"type"`
		Metadata metadata `json:"metadata"`
	}{"started", m})
}

func (e events) log(l train.Log) error {
	var evalLoss *float64
	if l.Evaluated {
		evalLoss = &l.EvalLoss
	}
	return e.send(struct {
		Type             string   `json:"type"`
		Step             int      `json:"step"`
		Loss             float64  `json:"loss"`
		EvalLoss         *float64 `json:"evalLoss"`
		LearningRate     float64  `json:"learningRate"`
		Epoch            float64  `json:"epoch"`
		SamplesPerSecond float64  `json:"samplesPerSecond"`
		TokensPerSecond  float64  `json:"tokensPerSecond"`
	}{"log", l.Step, l.Loss, evalLoss, l.LearningRate, l.Epoch, l.SamplesPerSecond, l.TokensPerSecond})
}

// checkpoint announces a folder, relative to the job's, that is complete.
func (e events) checkpoint(step int, dir string) error {
	return e.send(struct {
		Type string `json:"type"`
		Step int    `json:"step"`
		Dir  string `json:"dir"`
	}{"checkpoint", step, dir})
}

// metrics say how a run ended.
type metrics struct {
	TrainLoss       float64  `json:"trainLoss"`
	EvalLoss        *float64 `json:"evalLoss,omitempty"`
	Seconds         float64  `json:"seconds"`
	PeakMemoryBytes float64  `json:"peakMemoryBytes,omitempty"`

	FinalStep    int      `json:"finalStep"` // whose weights the final adapter has
	BestStep     int      `json:"bestStep,omitempty"`
	BestEvalLoss *float64 `json:"bestEvalLoss,omitempty"`
	StoppedEarly bool     `json:"stoppedEarly,omitempty"`
}

func (e events) completed(o train.Outcome, dir string, seconds float64) error {
	m := metrics{TrainLoss: o.TrainLoss, Seconds: seconds, PeakMemoryBytes: peakMemory(), FinalStep: o.FinalStep, StoppedEarly: o.StoppedEarly}
	if o.Evaluated {
		m.EvalLoss = &o.EvalLoss
	}
	if o.Best != nil {
		m.BestStep, m.BestEvalLoss = o.Best.Step, &o.Best.EvalLoss
	}
	return e.send(struct {
		Type    string  `json:"type"`
		Step    int     `json:"step"`
		Metrics metrics `json:"metrics"`
		Dir     string  `json:"dir"`
	}{"completed", o.Step, m, dir})
}

func (e events) stopped(step int) error {
	return e.send(struct {
		Type string `json:"type"`
		Step int    `json:"step"`
	}{"stopped", step})
}

func (e events) failed(step int, message string) error {
	return e.send(struct {
		Type  string `json:"type"`
		Step  int    `json:"step"`
		Error string `json:"error"`
	}{"failed", step, message})
}
