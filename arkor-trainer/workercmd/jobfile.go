package workercmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/arkor-trainer/train"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// job is the file that whoever runs a training writes into the job's folder.
type job struct {
	Version int    `json:"version"`
	ID      string `json:"jobId"`
	Dir     string `json:"dir"`
	Model   struct {
		ID   string `json:"id"`
		Path string `json:"path"`
	} `json:"model"`
	Dataset     dataset    `json:"dataset"`
	EvalDataset *dataset   `json:"evalDataset"`
	Config      wireConfig `json:"config"`

	// Speed is how many tokens a second were trained of this model on this
	// machine, for a preview; absent when nobody knows.
	Speed *cloud.Range `json:"speed"`
}

// wireConfig is a job's configuration as the API carries it. Keys that are not
// here are ignored, as they are by the API.
type wireConfig struct {
	LoraR          *int            `json:"loraR"`
	LoraAlpha      *float64        `json:"loraAlpha"`
	MaxLength      *int            `json:"maxLength"`
	MaxSteps       *int            `json:"maxSteps"`
	NumTrainEpochs *float64        `json:"numTrainEpochs"`
	LearningRate   *float64        `json:"learningRate"`
	BatchSize      *int            `json:"batchSize"`
	Optim          *string         `json:"optim"`
	Schedule       *string         `json:"lrSchedulerType"`
	WeightDecay    *float64        `json:"weightDecay"`
	WarmupSteps    *int            `json:"warmupSteps"`
	LoggingSteps   *int            `json:"loggingSteps"`
	SaveSteps      *int            `json:"saveSteps"`
	EvalSteps      *int            `json:"evalSteps"`
	ResponsesOnly  json.RawMessage `json:"trainOnResponsesOnly"`
	DatasetSplit   json.RawMessage `json:"datasetSplit"`
	Seed           *int64          `json:"seed"`
	DryRun         bool            `json:"dryRun"`

	LoadBest       *bool    `json:"loadBestModelAtEnd"`
	Patience       *int     `json:"earlyStoppingPatience"`
	MinImprovement *float64 `json:"earlyStoppingThreshold"`
}

// limits are the largest settings that the worker takes.
type limits struct {
	maxLength, maxBatchSize, maxLoraR int
}

const (
	maxBatchSize = 64
	maxLoraR     = 64
	maxEpochs    = 1e6
	gradientNorm = 1.0

	dryRunSamples = 32
	dryRunSteps   = 4
)

// settings is a wireConfig with the defaults filled in and everything checked.
type settings struct {
	lora          lora.Settings
	maxLength     int
	epochs        float64
	maxSteps      int // 0: as the epochs say
	responsesOnly bool
	evalShare     float64 // of the dataset that is held out; 0 for none
	evalSeed      int64
	dryRun        bool
	options       train.Options // but for Steps
}

func readJob(path string) (*job, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	j := new(job)
	if err := json.Unmarshal(data, j); err != nil {
		return nil, fmt.Errorf("job file %s: %w", path, fieldError(err))
	}
	switch {
	case j.Version != 1:
		return nil, fmt.Errorf("job file %s is of version %d, this worker reads 1", path, j.Version)
	case !filepath.IsAbs(j.Dir):
		return nil, fmt.Errorf("job file %s: dir %q is not an absolute path", path, j.Dir)
	case j.Model.ID == "" && j.Model.Path == "":
		return nil, fmt.Errorf("job file %s names no model", path)
	case !j.Dataset.given():
		return nil, fmt.Errorf("job file %s names no dataset", path)
	}
	return j, nil
}

// fieldError names the setting that has a value of the wrong kind.
func fieldError(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("not JSON: %w", err)
	}
	name := strings.TrimPrefix(wrong.Field, "config.")
	want := "something else"
	switch wrong.Type.Kind().String() {
	case "int", "int64":
		want = "a whole number"
	case "float64":
		want = "a number"
	case "string":
		want = "text"
	case "bool":
		want = "true or false"
	}
	return fmt.Errorf("%s is a %s, want %s", name, wrong.Value, want)
}

// resolve fills in defaults and checks every value against what the model and
// the worker can do.
func (j *job) resolve(l limits) (settings, error) {
	c := j.Config
	rate := 2e-4
	maxLength := min(l.maxLength, 512)
	if j.Model.ID == builtin.ID {
		// So small a model learns with steps that would wreck a large one.
		rate = 5e-3
		maxLength = min(l.maxLength, 256)
	}
	s := settings{
		lora:      lora.Settings{R: or(c.LoraR, 16), Alpha: or(c.LoraAlpha, 16), Base: j.Model.ID},
		maxLength: or(c.MaxLength, maxLength),
		epochs:    or(c.NumTrainEpochs, 3),
		maxSteps:  or(c.MaxSteps, 0),
		dryRun:    c.DryRun,
		options: train.Options{
			BatchSize:    or(c.BatchSize, 8),
			LearningRate: or(c.LearningRate, rate),
			WarmupSteps:  or(c.WarmupSteps, 0),
			WeightDecay:  or(c.WeightDecay, 0),
			MaxNorm:      gradientNorm,
			LogSteps:     or(c.LoggingSteps, 1),
			EvalSteps:    or(c.EvalSteps, 0),
			SaveSteps:    or(c.SaveSteps, 0),
			Seed:         or(c.Seed, 0),

			KeepBest:       or(c.LoadBest, or(c.Patience, 0) > 0),
			Patience:       or(c.Patience, 0),
			MinImprovement: or(c.MinImprovement, 0),
		},
	}
	var err error
	if s.options.Schedule, err = schedule(or(c.Schedule, train.Linear)); err != nil {
		return s, err
	}
	if optim := or(c.Optim, "adamw"); !strings.HasPrefix(optim, "adamw") {
		return s, fmt.Errorf("optim is %q, this backend has adamw only", optim)
	}
	if s.responsesOnly, err = responsesOnly(c.ResponsesOnly); err != nil {
		return s, err
	}
	if s.evalShare, s.evalSeed, err = split(c.DatasetSplit); err != nil {
		return s, err
	}
	if j.EvalDataset == nil && s.evalShare == 0 && s.options.EvalSteps > 0 {
		s.evalShare = 0.1
	}
	return s, s.check(l, j.Model.ID)
}

func (s settings) check(l limits, modelID string) error {
	o := s.options
	for _, field := range []struct {
		name       string
		value, max int
	}{
		{"loraR", s.lora.R, l.maxLoraR},
		{"batchSize", o.BatchSize, l.maxBatchSize},
		{"maxLength", s.maxLength, l.maxLength},
	} {
		if field.value < 1 || field.value > field.max {
			return fmt.Errorf("%s is %d, for %s it has to be between 1 and %d", field.name, field.value, modelID, field.max)
		}
	}
	for _, field := range []struct {
		name  string
		value float64
		above bool // zero is not allowed either
	}{
		{"loraAlpha", s.lora.Alpha, true},
		{"learningRate", o.LearningRate, true},
		{"numTrainEpochs", s.epochs, true},
		{"maxSteps", float64(s.maxSteps), false},
		{"weightDecay", o.WeightDecay, false},
		{"warmupSteps", float64(o.WarmupSteps), false},
		{"loggingSteps", float64(o.LogSteps), false},
		{"saveSteps", float64(o.SaveSteps), false},
		{"evalSteps", float64(o.EvalSteps), false},
		{"earlyStoppingPatience", float64(o.Patience), false},
		{"earlyStoppingThreshold", o.MinImprovement, false},
	} {
		if field.value < 0 || field.above && field.value == 0 {
			return fmt.Errorf("%s is %v, which is not possible", field.name, field.value)
		}
	}
	if s.epochs > maxEpochs {
		return fmt.Errorf("numTrainEpochs is %v, it has to be at most %v", s.epochs, maxEpochs)
	}
	return nil
}

// perEpoch is how many steps a pass over a number of samples takes.
func (s settings) perEpoch(samples int) int {
	return (samples + s.options.BatchSize - 1) / s.options.BatchSize
}

// steps is the length of a run over a number of samples.
func (s settings) steps(samples int) int {
	steps := int(math.Ceil(s.epochs * float64(s.perEpoch(samples))))
	if s.maxSteps > 0 {
		steps = s.maxSteps
	}
	if s.dryRun {
		steps = min(steps, dryRunSteps)
	}
	return max(1, steps)
}

func or[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// schedule takes the names that transformers has for what train can do.
func schedule(name string) (string, error) {
	if name == "constant_with_warmup" {
		name = train.Constant
	}
	if !slices.Contains(train.Schedules(), name) {
		return "", fmt.Errorf("lrSchedulerType is %q, this backend has %s", name, strings.Join(train.Schedules(), ", "))
	}
	return name, nil
}

// responsesOnly reads true, false, or an object, which the managed cloud takes
// with the marks around a response; our templates know those.
func responsesOnly(raw json.RawMessage) (bool, error) {
	switch value := string(bytes.TrimSpace(raw)); {
	case value == "false":
		return false, nil
	case value == "" || value == "true" || value == "null" || value[0] == '{':
		return true, nil
	}
	return false, errors.New("trainOnResponsesOnly has to be true or false")
}

// split reads {"eval": 0.1, "seed": 0}. A string names a part of a hub dataset,
// see hubSplit.
func split(raw json.RawMessage) (share float64, seed int64, err error) {
	if len(raw) == 0 || raw[0] != '{' {
		return 0, 0, nil
	}
	var s struct {
		Eval float64 `json:"eval"`
		Seed int64   `json:"seed"`
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return 0, 0, fmt.Errorf("datasetSplit: %w", fieldError(err))
	}
	if s.Eval < 0 || s.Eval >= 1 {
		return 0, 0, fmt.Errorf("datasetSplit.eval is %v, it is the share of the samples to hold out and has to be between 0 and 1", s.Eval)
	}
	return s.Eval, s.Seed, nil
}
