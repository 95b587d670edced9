package api

import (
	"encoding/json"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
)

// checkHeldOut refuses settings that go by the loss on held-out samples where
// the config, whose fields were checked, holds none out.
func checkHeldOut(fields map[string]json.RawMessage, files []store.File) error {
	if _, ok := fields["earlyStoppingThreshold"]; ok && fields["earlyStoppingPatience"] == nil {
		return invalid("config.earlyStoppingThreshold", "is for earlyStoppingPatience, which is not given")
	}
	var needs string
	switch {
	case fields["earlyStoppingPatience"] != nil:
		needs = "config.earlyStoppingPatience"
	case string(fields["loadBestModelAtEnd"]) == "true":
		needs = "config.loadBestModelAtEnd"
	default:
		return nil
	}
	for _, f := range files {
		if f.Role == "eval" {
			return nil
		}
	}
	var share struct {
		Eval float64 `json:"eval"`
	}
	var every int64 // asking for evaluations holds a tenth out
	_ = json.Unmarshal(fields["datasetSplit"], &share)
	_ = json.Unmarshal(fields["evalSteps"], &every)
	if share.Eval > 0 || every > 0 {
		return nil
	}
	return invalid(needs, "goes by the loss on held-out samples, and there are none: name them in datasetSource.evalDatasetId, or set datasetSplit: {\"eval\": 0.1}")
}
