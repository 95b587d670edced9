package export

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate/generatetest"
	"github.com/arkorlab/arkor-go/arkor-trainer/gguf"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
)

// adapterFor makes an adapter that changes every answer.
func adapterFor(t *testing.T, base fs.FS) fstest.MapFS {
	t.Helper()
	c, err := model.LoadConfig(base)
	if err != nil {
		t.Fatal(err)
	}
	settings := lora.Settings{R: 4, Alpha: 8, Base: "acme/base"}
	params := lora.Initialize(c, settings.R, 3)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := 1; i < len(params); i += 2 {
		for j := range params[i].Data {
			params[i].Data[j] = float32(rng.NormFloat64()) / 50
		}
	}
	var config, weights bytes.Buffer
	if err := errors.Join(lora.WriteConfig(&config, settings), lora.WriteWeights(&weights, params)); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{lora.ConfigFile: {Data: config.Bytes()}, lora.WeightsFile: {Data: weights.Bytes()}}
}

// scaled is a model with positions scaled as in Llama 3.1 and rows that are no
// blocks of Q8_0.
func scaled(t *testing.T) fs.FS {
	folder := generatetest.Folder(t).(fstest.MapFS)
	config := strings.Replace(string(folder["config.json"].Data), "{", `{"torch_dtype":"bfloat16","dtype":"bfloat16",
		"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":64},`, 1)
	folder["config.json"] = &fstest.MapFile{Data: []byte(config)}
	return folder
}

func options(t *testing.T, base fs.FS, format, kind string) Options {
	return Options{Format: format, Type: kind, Name: "demo", Adapter: adapterFor(t, base), Base: base, BaseID: "acme/base",
		Dir: t.TempDir(), Progress: func(string) {}}
}

func TestExportsAnswerLikeTheTrainedModel(t *testing.T) {
	t.Parallel()
	for name, base := range map[string]fs.FS{"builtin": builtin.Tiny(), "scaled": scaled(t)} {
		for _, format := range []string{Adapter, Merged, GGUF} {
			for _, kind := range Types(format) {
				t.Run(name+" "+format+" "+kind, func(t *testing.T) {
					t.Parallel()
					o := options(t, base, format, kind)
					o.Prompts = []chat.Sample{{Messages: []chat.Message{{Role: chat.System, Content: "Be brief."}, {Role: chat.User, Content: "Hi"}, {Role: chat.Assistant, Content: "Hello"}}}}
					o.PromptsFrom = "data.jsonl"
					report, err := Run(t.Context(), o)
					if err != nil {
						t.Fatal(err)
					}
					if !report.Checked || !report.Passed || report.Prompts != 1 || report.Tokens == 0 || report.PromptsFrom != "data.jsonl" {
						t.Errorf("%+v", report)
					}
					// Far from what would be refused, so that the limits mean something.
					if most := map[string]float64{F32: 1e-5, F16: 0.003, Q8_0: 0.05}[kind]; report.Error > most {
						t.Errorf("relative error %v over %v", report.Error, most)
					}
				})
			}
		}
	}
}

// What is wrong with files has to show, in every format and type.
func TestWrongFilesAreFound(t *testing.T) {
	t.Parallel()
	base := builtin.Tiny()
	for _, format := range []string{Adapter, Merged, GGUF} {
		for _, kind := range Types(format) {
			t.Run(format+" "+kind, func(t *testing.T) {
				t.Parallel()
				o := options(t, base, format, kind)
				x := &exporter{Options: o}
				if err := x.open(); err != nil {
					t.Fatal(err)
				}
				reference, err := x.reference(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				switch format {
				case Adapter:
					config := o.Adapter.(fstest.MapFS)[lora.ConfigFile]
					other := bytes.Replace(config.Data, []byte(`"lora_alpha": 8`), []byte(`"lora_alpha": 4`), 1)
					x.Adapter = fstest.MapFS{lora.ConfigFile: {Data: other}, lora.WeightsFile: o.Adapter.(fstest.MapFS)[lora.WeightsFile]}
				default:
					// The order of the rows of one layer's queries, as if they were not (or twice) reordered.
					interleave(x.base.Weights[model.LayerTensor(2, "q_proj")], x.base.Config.NumHeads, x.base.Config.HiddenSize)
				}
				if err := x.write(); err != nil {
					t.Fatal(err)
				}
				exported, err := x.readBack()
				if err != nil {
					t.Fatal(err)
				}
				defer exported.engine.Close()
				var report Report
				report.Type = kind
				if err := reference.compare(t.Context(), exported, &report); err != nil {
					t.Fatal(err)
				}
				var unlike *UnlikeError
				if err := report.verdict(); !errors.As(err, &unlike) || report.Passed || !strings.HasPrefix(err.Error(), "the exported files do not answer like the trained model: ") {
					t.Errorf("%v, error %v, %d of %d tokens", err, report.Error, report.SameTokens, report.Tokens)
				}
			})
		}
	}
}

func TestDamagedGGUFIsFound(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func([]byte) []byte{
		"tokenizer.ggml.tokens is not what was written": func(data []byte) []byte {
			return bytes.Replace(data, []byte("assistant"), []byte("assistanT"), 1)
		},
		"llama.rope.freq_base is missing": func(data []byte) []byte {
			return bytes.Replace(data, []byte("llama.rope.freq_base"), []byte("llama.rope.freq_basE"), 1)
		},
		" of a file of ": func(data []byte) []byte { return data[:len(data)/2] },
		"tensor blk.0.attn_q.weight has the shape": func(data []byte) []byte {
			return bytes.Replace(data, []byte("blk.0.attn_q.weight"), []byte("blk.0.attn_x.weight"), 1)
		},
	} {
		x := &exporter{Options: options(t, builtin.Tiny(), GGUF, F32)}
		if err := errors.Join(x.open(), x.write()); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(x.Dir, "demo-f32.gguf")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := x.readBack(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAdapterWithoutItsBaseModel(t *testing.T) {
	t.Parallel()
	o := options(t, builtin.Tiny(), Adapter, "")
	o.Base = nil
	report, err := Run(t.Context(), o)
	want := Report{Format: Adapter, Type: F32, BaseModel: "acme/base", Reason: "the base model acme/base is not on this machine"}
	if diff := cmp.Diff(want, report); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	for _, name := range []string{lora.ConfigFile, lora.WeightsFile} {
		got, err := os.ReadFile(filepath.Join(o.Dir, name))
		if err != nil || !bytes.Equal(got, o.Adapter.(fstest.MapFS)[name].Data) {
			t.Error(name, err)
		}
	}
	o.Format, o.Type = GGUF, ""
	if _, err := Run(t.Context(), o); err == nil {
		t.Error("a model was made of nothing")
	}
	o.Format, o.Type = Adapter, ""
	o.Adapter = fstest.MapFS{lora.ConfigFile: o.Adapter.(fstest.MapFS)[lora.ConfigFile], lora.WeightsFile: {Data: []byte("x")}}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), lora.WeightsFile) {
		t.Error(err)
	}
}

func TestMergedConfigSaysHowWeightsAreStored(t *testing.T) {
	t.Parallel()
	got, err := withType([]byte(`{"torch_dtype":"bfloat16","dtype":"bfloat16","rms_norm_eps":0.00001}`), F16)
	want := "{\n  \"dtype\": \"float16\",\n  \"rms_norm_eps\": 0.00001,\n  \"torch_dtype\": \"float16\"\n}\n"
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestOrderOfRows(t *testing.T) {
	t.Parallel()
	// Two heads of four rows, a value a row.
	data := []float32{0, 1, 2, 3, 10, 11, 12, 13}
	want := []float32{0, 2, 1, 3, 10, 12, 11, 13}
	got := slices.Clone(data)
	interleave(got, 2, 1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	separate(got, 2, 1)
	if diff := cmp.Diff(data, got); diff != "" {
		t.Error(diff)
	}
}

func TestTextSettings(t *testing.T) {
	t.Parallel()
	const plain = `{"post_processor":{"type":"ByteLevel"}}`
	const llama3 = `{"post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel"},
		{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|begin_of_text|>"}},{"Sequence":{"id":"A"}}]}]}}`
	for _, tt := range []struct {
		name, tokenizer, config string
		want                    textSetting
	}{
		{"nothing", plain, `{}`, textSetting{}},
		{"Llama 3", llama3, `{"pad_token":"<pad>"}`, textSetting{true, "<pad>"}},
		{"said outright", llama3, `{"add_bos_token":false,"pad_token":{"content":"<p>"}}`, textSetting{false, "<p>"}},
		{"null", plain, `{"pad_token":null,"add_bos_token":true}`, textSetting{true, ""}},
	} {
		got, err := textSettings(fstest.MapFS{"tokenizer.json": {Data: []byte(tt.tokenizer)}, "tokenizer_config.json": {Data: []byte(tt.config)}})
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func TestNearTie(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		logits []float32
		passed bool
	}{"tie": {[]float32{1, 0.995, 0}, true}, "no tie": {[]float32{1, 0.98, 0}, false}} {
		r := &reference{answers: [][]int32{{0}}, logits: [][][]float32{{tt.logits}}}
		margin := r.margin(0, []int32{1}, [][]float32{{0, 1, 0}})
		if (margin <= tie) != tt.passed {
			t.Errorf("%s: margin %v", name, margin)
		}
	}
}

// The file of a model whose output is not its embedding, with scaled positions.
func TestTensorsOfGGUF(t *testing.T) {
	t.Parallel()
	o := options(t, scaled(t), GGUF, Q8_0)
	if _, err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(o.Dir, "demo-q8_0.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := gguf.NewReader(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]gguf.Type{"output.weight": gguf.F16, "rope_freqs.weight": gguf.F32, "blk.1.ffn_norm.weight": gguf.F32} {
		if kind, _, ok := r.Info(name); !ok || kind != want {
			t.Errorf("%s: %v, %v", name, kind, ok)
		}
	}
	modelfile, err := os.ReadFile(filepath.Join(o.Dir, "Modelfile"))
	if err != nil || !strings.HasPrefix(string(modelfile), "FROM ./demo-q8_0.gguf\nTEMPLATE \"\"\"") {
		t.Errorf("%s, %v", modelfile, err)
	}
}
