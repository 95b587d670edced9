package export

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/gguf"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// readBack makes an answerer of nothing but what was written; of an adapter, on
// its base model.
func (x *exporter) readBack() (answerer, error) {
	folder := os.DirFS(x.Dir)
	switch x.Format {
	case Adapter:
		adapter, err := generate.LoadAdapter(folder, x.base.Config)
		if err != nil {
			return answerer{}, err
		}
		engine, err := generate.New(x.base)
		return answerer{engine, adapter}, err
	case Merged:
		x.base = nil // room for the other
		assistant, err := generate.Open(folder)
		if err != nil {
			return answerer{}, err
		}
		return answerer{engine: assistant.Engine}, nil
	}
	m, err := x.readGGUF(filepath.Join(x.Dir, x.fileName()))
	if err != nil {
		return answerer{}, err
	}
	engine, err := generate.New(m)
	return answerer{engine: engine}, err
}

// readGGUF reads a model, and tests that what is text in the file is as it
// should be.
func (x *exporter) readGGUF(path string) (*model.Model, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	r, err := gguf.NewReader(file, info.Size())
	if err != nil {
		return nil, err
	}
	tokens, err := x.tokens()
	if err != nil {
		return nil, err
	}
	for _, want := range tokens {
		if !reflect.DeepEqual(r.Value(want.Key), want.Value) {
			return nil, fmt.Errorf("%s is not what was written", want.Key)
		}
	}
	c, err := configOf(r)
	if err != nil {
		return nil, err
	}
	if c.RoPEScaling, err = x.scalingOf(r); err != nil {
		return nil, err
	}
	x.base = nil // room for the other
	m := &model.Model{Config: c, Weights: map[string][]float32{}}
	for _, spec := range c.Tensors() {
		name, heads := ggufName(c, spec.Name)
		if _, shape, ok := r.Info(name); !ok || !reflect.DeepEqual(shape, spec.Shape) {
			return nil, fmt.Errorf("tensor %s has the shape %v, not %v", name, shape, spec.Shape)
		}
		data, err := r.Float32(name)
		if err != nil {
			return nil, err
		}
		if heads > 0 {
			separate(data, heads, spec.Shape[1])
		}
		m.Weights[spec.Name] = data
	}
	return m, nil
}

// configOf reads the shape of a model from the metadata.
func configOf(r *gguf.Reader) (model.Config, error) {
	var missing error
	whole := func(key string) int {
		v, ok := r.Value("llama." + key).(uint32)
		if !ok {
			missing = errors.Join(missing, fmt.Errorf("llama.%s is missing", key))
		}
		return int(v)
	}
	number := func(key string) float64 {
		v, ok := r.Value("llama." + key).(float32)
		if !ok {
			missing = errors.Join(missing, fmt.Errorf("llama.%s is missing", key))
		}
		return float64(v)
	}
	_, _, hasOutput := r.Info("output.weight")
	c := model.Config{
		HiddenSize: whole("embedding_length"), IntermediateSize: whole("feed_forward_length"), NumLayers: whole("block_count"),
		NumHeads: whole("attention.head_count"), NumKVHeads: whole("attention.head_count_kv"), HeadDim: whole("attention.key_length"),
		VocabSize: whole("vocab_size"), MaxPositions: whole("context_length"), RMSNormEps: number("attention.layer_norm_rms_epsilon"),
		RoPETheta: number("rope.freq_base"), TieEmbeddings: !hasOutput, BOSTokenID: -1,
	}
	if missing != nil {
		return c, missing
	}
	return c, c.Validate()
}

// scalingOf returns the scaling of positions of the base model when the factors
// in the file are its own.
func (x *exporter) scalingOf(r *gguf.Reader) (*model.RoPEScaling, error) {
	want := ropeFactorsOf(x.base.Config)
	if _, _, ok := r.Info(ropeFactors); !ok && want == nil {
		return nil, nil
	}
	got, err := r.Float32(ropeFactors)
	if err != nil {
		return nil, err
	}
	if len(got) != len(want) {
		return nil, fmt.Errorf("%s has %d values, not %d", ropeFactors, len(got), len(want))
	}
	for i := range got {
		if math.Abs(float64(got[i]/want[i]-1)) > 1e-6 {
			return nil, fmt.Errorf("%s[%d] is %v, not %v", ropeFactors, i, got[i], want[i])
		}
	}
	return x.base.Config.RoPEScaling, nil
}
