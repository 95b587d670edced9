package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
)

const (
	// workerMemory is what arkor-trainer takes beside a model's weights.
	workerMemory = 64 << 20
	// valueBytes is what a weight takes in memory, however it is stored.
	valueBytes = 4
)

// modelMemory estimates what memory a model takes once it is loaded, 0 when
// nothing is known about it.
func modelMemory(ctx context.Context, trainer engine.Engine, model string) int64 {
	if filepath.IsAbs(model) {
		return folderMemory(model)
	}
	offered, err := trainer.Capabilities(ctx)
	if err != nil {
		return 0
	}
	if m, ok := offered.Model(model); ok && m.Parameters != nil {
		return *m.Parameters*valueBytes + workerMemory
	}
	return 0
}

// folderMemory estimates by the files of a model.
func folderMemory(folder string) int64 {
	var size int64
	files, err := filepath.Glob(filepath.Join(folder, "*.safetensors"))
	if err != nil {
		return 0
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	if size == 0 {
		return 0
	}
	var config struct {
		Type   string `json:"dtype"`
		Former string `json:"torch_dtype"` // its name in files of before 2025
	}
	if data, err := os.ReadFile(filepath.Join(folder, "config.json")); err == nil {
		_ = json.Unmarshal(data, &config) // what is wrong with it is said when it is loaded
	}
	if dtype := cmp.Or(config.Type, config.Former); dtype == "bfloat16" || dtype == "float16" {
		size *= valueBytes / 2
	}
	return size + workerMemory
}
