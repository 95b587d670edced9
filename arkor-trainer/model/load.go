package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
)

const (
	weightsFile = "model.safetensors"
	indexFile   = "model.safetensors.index.json"
	// maxIndexSize holds the names of every tensor of the largest models many times over.
	maxIndexSize = 64 << 20
)

// Model is a configuration with its weights, keyed by the names of Tensors, in
// row-major order.
type Model struct {
	Config  Config
	Weights map[string][]float32
}

// NumParameters counts the weights of the model.
func (m *Model) NumParameters() int { return m.Config.NumParameters() }

// Load reads a model folder: config.json with model.safetensors, or with the
// files that model.safetensors.index.json lists. Tensors that the architecture
// does not need are ignored. Errors name the file and the tensor that is
// missing, damaged or of the wrong shape.
func Load(fsys fs.FS) (*Model, error) {
	config, err := LoadConfig(fsys)
	if err != nil {
		return nil, err
	}
	files, err := locate(fsys, config.Tensors())
	if err != nil {
		return nil, err
	}
	m := &Model{Config: config, Weights: map[string][]float32{}}
	for _, file := range files {
		if err := m.read(fsys, file); err != nil {
			return nil, fmt.Errorf("%s: %w", file.name, err)
		}
	}
	return m, nil
}

// shard is one weight file and what is to be read from it.
type shard struct {
	name    string
	tensors []TensorSpec
}

// locate tells which file holds which tensor. A folder that has both kinds of
// weights is read from the single file, as transformers does.
func locate(fsys fs.FS, specs []TensorSpec) ([]shard, error) {
	if _, err := fs.Stat(fsys, weightsFile); err == nil {
		return []shard{{weightsFile, specs}}, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("model folder: %w", err)
	}
	index, err := readIndex(fsys)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("model folder: it has neither %s nor %s", weightsFile, indexFile)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", indexFile, err)
	}
	var shards []shard
	for _, spec := range specs {
		name, ok := index[spec.Name]
		if !ok {
			return nil, fmt.Errorf("%s: tensor %s is missing", indexFile, spec.Name)
		}
		i := slices.IndexFunc(shards, func(s shard) bool { return s.name == name })
		if i < 0 {
			i = len(shards)
			shards = append(shards, shard{name: name})
		}
		shards[i].tensors = append(shards[i].tensors, spec)
	}
	return shards, nil
}

// readIndex returns which file each tensor is in. The files must lie in the
// folder itself: an index is data from elsewhere and may not reach outside.
func readIndex(fsys fs.FS) (map[string]string, error) {
	f, err := fsys.Open(indexFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxIndexSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxIndexSize {
		return nil, fmt.Errorf("over %d bytes", maxIndexSize)
	}
	return parseIndex(data)
}

func parseIndex(data []byte) (map[string]string, error) {
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, plain(err)
	}
	if len(index.WeightMap) == 0 {
		return nil, errors.New("weight_map is empty")
	}
	for tensor, name := range index.WeightMap {
		if !fs.ValidPath(name) || strings.ContainsAny(name, `/\:`) || !strings.HasSuffix(name, ".safetensors") {
			return nil, fmt.Errorf("tensor %s: %q is not a safetensors file of this folder", tensor, name)
		}
	}
	return index.WeightMap, nil
}

func (m *Model) read(fsys fs.FS, file shard) error {
	f, err := fsys.Open(file.name)
	if err != nil {
		return err
	}
	defer f.Close()
	source, size, err := readerAt(f)
	if err != nil {
		return err
	}
	r, err := safetensors.NewReader(source, size)
	if err != nil {
		return err
	}
	// All names and shapes first: they are cheap, and the weights may be gigabytes.
	for _, spec := range file.tensors {
		_, shape, ok := r.Info(spec.Name)
		if !ok {
			return fmt.Errorf("tensor %s is missing", spec.Name)
		}
		if !slices.Equal(shape, spec.Shape) {
			return fmt.Errorf("tensor %s has shape %v, config.json asks for %v", spec.Name, shape, spec.Shape)
		}
	}
	for _, spec := range file.tensors {
		data, _, err := r.Float32(spec.Name)
		if err != nil {
			return err
		}
		if !finite(data) {
			return fmt.Errorf("tensor %s holds values that are not numbers", spec.Name)
		}
		m.Weights[spec.Name] = data
	}
	return nil
}

// finite reports whether no value is infinite or NaN.
func finite(values []float32) bool {
	for _, v := range values {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// readerAt gives random access to a file; the rare file system whose files
// lack it has the whole file read.
func readerAt(f fs.File) (io.ReaderAt, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if info.IsDir() {
		return nil, 0, errors.New("is a folder")
	}
	if r, ok := f.(io.ReaderAt); ok {
		return r, info.Size(), nil
	}
	data, err := io.ReadAll(f)
	return bytes.NewReader(data), int64(len(data)), err
}
