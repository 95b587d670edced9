package api

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// field is the rule of one key of a config; check returns what its value must
// be when it is not.
type field struct {
	name  string
	check func(json.RawMessage) string
}

func configFields(model cloud.Model) []field {
	limits := model.Limits
	return []field{
		{"loraR", whole(1, atMost(limits.MaxLoraR))},
		{"loraAlpha", number(math.SmallestNonzeroFloat64, "above 0")},
		{"maxLength", whole(1, atMost(limits.MaxLength))},
		{"loadIn4bit", fourBit(model)},
		{"maxSteps", whole(1, maxSteps)},
		{"numTrainEpochs", number(math.SmallestNonzeroFloat64, "above 0")},
		{"learningRate", number(math.SmallestNonzeroFloat64, "above 0")},
		{"batchSize", whole(1, atMost(limits.MaxBatchSize))},
		{"optim", text},
		{"lrSchedulerType", text},
		{"weightDecay", number(0, "of at least 0")},
		{"warmupSteps", whole(0, maxSteps)},
		{"loggingSteps", whole(0, maxSteps)},
		{"saveSteps", whole(0, maxSteps)},
		{"evalSteps", whole(0, maxSteps)},
		{"trainOnResponsesOnly", either(boolean, "must be true, false or an object")},
		{"datasetFormat", either(text, "must be a string or an object")},
		{"datasetSplit", either(text, "must be a string or an object")},
		{"dryRun", boolean},
		{"loadBestModelAtEnd", boolean},
		{"earlyStoppingPatience", whole(1, maxSteps)},
		{"earlyStoppingThreshold", number(0, "of at least 0")},
	}
}

func atMost(limit *int64) int64 {
	if limit == nil {
		return maxSteps
	}
	return *limit
}

func whole(low, high int64) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		var n int64 // 8.0 is refused: workers read whole numbers as they are written
		if isNumber(raw) && json.Unmarshal(raw, &n) == nil && n >= low && n <= high {
			return ""
		}
		if high == maxSteps {
			return fmt.Sprintf("must be a whole number of at least %d", low)
		}
		return fmt.Sprintf("must be a whole number from %d to %d", low, high)
	}
}

func number(low float64, bound string) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		var n float64
		if isNumber(raw) && json.Unmarshal(raw, &n) == nil && n >= low && !math.IsInf(n, 0) {
			return ""
		}
		return "must be a number " + bound
	}
}

func isNumber(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}

func boolean(raw json.RawMessage) string {
	if string(raw) == "true" || string(raw) == "false" {
		return ""
	}
	return "must be true or false"
}

// fourBit refuses what would otherwise be ignored: the training would take more
// memory than was asked for.
func fourBit(model cloud.Model) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		if problem := boolean(raw); problem != "" || string(raw) == "false" || model.Capabilities.LoadIn4bit {
			return problem
		}
		return "must be false or left out, since this backend trains " + model.ID + " in full precision"
	}
}

func text(raw json.RawMessage) string {
	if len(raw) > 0 && raw[0] == '"' {
		return ""
	}
	return "must be a string"
}

func either(check func(json.RawMessage) string, problem string) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		if check(raw) == "" || len(raw) > 0 && raw[0] == '{' {
			return ""
		}
		return problem
	}
}
