// Package export writes what was trained in the forms that other programs load,
// reads the files back, and tests that they answer like the trained model.
package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// The formats.
const (
	Adapter = "adapter" // PEFT, to be loaded beside its base model
	Merged  = "merged"  // a model folder of Hugging Face
	GGUF    = "gguf"    // llama.cpp, Ollama
)

// How values are stored.
const (
	F32  = "f32"
	F16  = "f16"
	Q8_0 = "q8_0"
)

// Options say what to export.
type Options struct {
	Format, Type string // Type "" takes what the format has by default
	Name         string // of what was trained, and so of the GGUF file
	Adapter      fs.FS  // PEFT folder
	Base         fs.FS  // folder of the base model; nil when it is not here, which is enough for an adapter
	BaseID       string
	Prompts      []chat.Sample // what to ask, without its last answers; none: some of our own
	PromptsFrom  string        // what to call them
	Dir          string        // folder to write into; it exists
	Progress     func(doing string)
}

// Types returns what a format can be stored as, the default first.
func Types(format string) []string {
	switch format {
	case Adapter:
		return []string{F32}
	case Merged:
		return []string{F32, F16}
	case GGUF:
		return []string{Q8_0, F16, F32}
	}
	return nil
}

// check fills in the type.
func (o *Options) check() error {
	types := Types(o.Format)
	switch {
	case types == nil:
		return fmt.Errorf("format %q is none of %s, %s and %s", o.Format, Adapter, Merged, GGUF)
	case o.Type == "":
		o.Type = types[0]
	case !slices.Contains(types, o.Type):
		return fmt.Errorf("%s cannot be stored as %q, only as %s", o.Format, o.Type, strings.Join(types, " or "))
	}
	if o.Base == nil && o.Format != Adapter {
		return fmt.Errorf("the base model %s is needed for %s and is not here", o.BaseID, o.Format)
	}
	return nil
}

// exporter is an export at work.
type exporter struct {
	Options
	base     *model.Model
	tok      *tokenizer.Tokenizer
	template *chat.Template
}

// Run writes the files and tests them. The report of a test that fails comes
// with an *UnlikeError.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.check(); err != nil {
		return Report{}, err
	}
	x := &exporter{Options: o}
	report := Report{Format: o.Format, Type: o.Type, BaseModel: o.BaseID}
	if o.Base == nil {
		report.Reason = "the base model " + o.BaseID + " is not on this machine"
		return report, x.copyAdapter()
	}
	if err := x.open(); err != nil {
		return report, fmt.Errorf("base model %s: %w", o.BaseID, err)
	}
	o.Progress("asking the trained model")
	reference, err := x.reference(ctx)
	if err != nil {
		return report, err
	}
	o.Progress("writing")
	if err := x.write(); err != nil {
		return report, err
	}
	o.Progress("reading the files back")
	exported, err := x.readBack()
	if err != nil {
		return report, fmt.Errorf("the exported files cannot be read back: %w", err)
	}
	defer exported.engine.Close()
	o.Progress("asking the exported files")
	if err := reference.compare(ctx, exported, &report); err != nil {
		return report, err
	}
	return report, report.verdict()
}

// open reads the base model and what belongs to it.
func (x *exporter) open() error {
	var err error
	if x.tok, err = tokenizer.Load(x.Base); err != nil {
		return err
	}
	if x.template, err = chat.LoadTemplate(x.Base, x.tok); err != nil {
		return err
	}
	x.Progress("loading the base model")
	x.base, err = model.Load(x.Base)
	return err
}

// reference answers the prompts with the base model and the adapter beside it,
// as the trainer and the backend do.
func (x *exporter) reference(ctx context.Context) (*reference, error) {
	adapter, err := generate.LoadAdapter(x.Adapter, x.base.Config)
	if err != nil {
		return nil, err
	}
	engine, err := generate.New(x.base)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	r := &reference{tok: x.tok, stops: append(x.template.StopTokens(), x.base.Config.EOSTokenIDs...)}
	if r.prompts, r.from, err = x.choose(x.template); err != nil {
		return nil, err
	}
	return r, r.answer(ctx, answerer{engine: engine, adapter: adapter})
}

// write may change x.base, which is not used after it.
func (x *exporter) write() error {
	if x.Format == Adapter {
		return errors.Join(x.copyAdapter(), x.copyTokenizer())
	}
	settings, pairs, err := lora.Read(x.Adapter, x.base.Config)
	if err != nil {
		return err
	}
	lora.Merge(x.base.Config, x.base.Weights, pairs, settings.Scale())
	if x.Format == Merged {
		return writeModel(x.Dir, x.Base, x.base, x.Type)
	}
	return x.writeGGUF()
}

// copyAdapter copies the files of the adapter as they are, whose hashes people
// may compare. What is no adapter is refused.
func (x *exporter) copyAdapter() error {
	if _, err := lora.Base(x.Adapter); err != nil {
		return err
	}
	weights, err := fs.ReadFile(x.Adapter, lora.WeightsFile)
	if err != nil {
		return err
	}
	if _, err := safetensors.NewReader(strings.NewReader(string(weights)), int64(len(weights))); err != nil {
		return fmt.Errorf("%s: %w", lora.WeightsFile, err)
	}
	return copyFiles(x.Dir, x.Adapter, lora.ConfigFile, lora.WeightsFile)
}

func (x *exporter) copyTokenizer() error { return copyFiles(x.Dir, x.Base, tokenizerFiles()...) }

func tokenizerFiles() []string {
	return []string{"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}
}

// copyFiles copies those of the files that there are.
func copyFiles(dir string, from fs.FS, names ...string) error {
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := wholefile.Write(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func create(dir, name string, write func(io.Writer) error) error {
	return wholefile.Create(filepath.Join(dir, name), 0o644, write)
}
