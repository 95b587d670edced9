package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// writeModel writes m as a model folder, stored as F32 or F16, with the other
// files of the folder from, of which m is a changed copy.
func writeModel(dir string, from fs.FS, m *model.Model, kind string) error {
	config, err := fs.ReadFile(from, "config.json")
	if err != nil {
		return err
	}
	if config, err = withType(config, kind); err != nil {
		return fmt.Errorf("config.json: %w", err)
	}
	if err := wholefile.Write(filepath.Join(dir, "config.json"), config, 0o644); err != nil {
		return err
	}
	if err := copyFiles(dir, from, append(tokenizerFiles(), "generation_config.json")...); err != nil {
		return err
	}
	var tensors []safetensors.Tensor
	for _, spec := range m.Config.Tensors() {
		data := m.Weights[spec.Name]
		if kind == F16 && !halves(data) {
			return fmt.Errorf("tensor %s holds values that f16 cannot store, export it as f32", spec.Name)
		}
		tensors = append(tensors, safetensors.Tensor{Name: spec.Name, Shape: spec.Shape, Data: data, DType: strings.ToUpper(kind)})
	}
	return create(dir, "model.safetensors", func(file io.Writer) error {
		w := bufio.NewWriterSize(file, 1<<20)
		return errors.Join(safetensors.Write(w, tensors, nil), w.Flush())
	})
}

func halves(values []float32) bool {
	for _, v := range values {
		if !(v <= 65504 && v >= -65504) {
			return false
		}
	}
	return true
}

// withType says in a config.json how the weights are stored: the type of the
// base model, which stands there, would have them rounded when they are loaded.
func withType(config []byte, kind string) ([]byte, error) {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(config))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		return nil, err
	}
	name := map[string]string{F32: "float32", F16: "float16"}[kind]
	fields["torch_dtype"] = name
	if _, ok := fields["dtype"]; ok { // the newer name
		fields["dtype"] = name
	}
	out, err := json.MarshalIndent(fields, "", "  ")
	return append(out, '\n'), err
}
