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

func (e events) completed(r train.Result, dir string, seconds float64) error {
	metrics := map[string]float64{"trainLoss": r.TrainLoss, "seconds": seconds}
	if peak := peakMemory(); peak > 0 {
		metrics["peakMemoryBytes"] = peak
	}
	if r.Evaluated {
		metrics["evalLoss"] = r.EvalLoss
	}
	return e.send(struct {
		Type    string             `json:"type"`
		Step    int                `json:"step"`
		Metrics map[string]float64 `json:"metrics"`
		Dir     string             `json:"dir"`
	}{"completed", r.Step, metrics, dir})
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
