package workercmd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// absolute resolves a path that the user gave.
func absolute(env cli.Env, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(env.Dir, path)
}

// runID identifies a run by everything that its result depends on.
func runID(parts ...any) string {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(parts); err != nil {
		panic(err) // only plain values are passed
	}
	return hex.EncodeToString(h.Sum(nil))
}

// readTensors reads all tensors of a file.
func readTensors(path string) (map[string][]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r, err := safetensors.NewReader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	tensors := map[string][]float32{}
	for _, name := range r.Names() {
		if tensors[name], _, err = r.Float32(name); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return tensors, nil
}
