package exportcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// scores are how well a training went, as far as the backend keeps it.
type scores struct {
	steps          int64
	loss, evalLoss *float64
	evals          []evalResult
}

type evalResult struct {
	Name   string `json:"name"`
	Target struct {
		Kind string `json:"kind"`
		Step *int64 `json:"step"`
	} `json:"target"`
	Count     int      `json:"count"`
	Mean      *float64 `json:"mean"`
	Threshold *float64 `json:"threshold"`
	Passed    *bool    `json:"passed"`
}

// askScores leaves out what the backend does not offer or know.
func (x *export) askScores(ctx context.Context) (s scores) {
	query := url.Values{"orgSlug": {x.session.Scope.OrgSlug}, "projectSlug": {x.session.Scope.ProjectSlug}}
	route := "/v1/jobs/" + url.PathEscape(x.job.ID)
	last := x.step
	if last == nil {
		last = x.finalStep(ctx)
	}
	var metrics struct {
		Metrics struct {
			Series struct {
				Step           []int64
				Loss, EvalLoss []*float64
			}
		}
	}
	if x.session.Client.Get(ctx, route+"/metrics?"+query.Encode(), &metrics) == nil {
		series := metrics.Metrics.Series
		for i, step := range series.Step {
			if last != nil && step > *last {
				break
			}
			s.steps = step
			if i < len(series.Loss) && series.Loss[i] != nil {
				s.loss = series.Loss[i]
			}
			if i < len(series.EvalLoss) && series.EvalLoss[i] != nil {
				s.evalLoss = series.EvalLoss[i]
			}
		}
	}
	var evals struct{ Evals []evalResult }
	if x.session.Client.Get(ctx, route+"/evals?"+query.Encode(), &evals) == nil {
		latest := map[string]int{} // the last result of a name is the valid one
		for _, e := range evals.Evals {
			mine := x.step == nil && e.Target.Kind == "final" ||
				x.step != nil && e.Target.Kind == "checkpoint" && e.Target.Step != nil && *e.Target.Step == *x.step
			if !mine || e.Mean == nil {
				continue
			}
			if at, ok := latest[e.Name]; ok {
				s.evals[at] = e
				continue
			}
			latest[e.Name] = len(s.evals)
			s.evals = append(s.evals, e)
		}
	}
	return s
}

// finalStep is the step whose weights are the final result, which need not be
// the last one. It is nil where the backend does not say.
func (x *export) finalStep(ctx context.Context) *int64 {
	_, events, _, err := x.session.Client.JobAndEvents(ctx, x.session.Scope, x.job.ID)
	if err != nil {
		return nil
	}
	for _, e := range events {
		var completed struct{ Metrics struct{ FinalStep *int64 } }
		if e.Type == cloud.EventCompleted && json.Unmarshal(e.Data, &completed) == nil {
			return completed.Metrics.FinalStep
		}
	}
	return nil
}

// writeCard writes the model card, README.md, in the form of Hugging Face's hub.
func (x *export) writeCard(ctx context.Context) error {
	s := x.askScores(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var b bytes.Buffer
	x.frontMatter(&b)
	fmt.Fprintf(&b, "\n# %s\n\n", plain(x.job.Name))
	fmt.Fprintf(&b, "%s of %s, made by [Arkor](https://github.com/arkorlab/arkor-go).\n\n", map[string]string{
		"adapter": "A LoRA adapter", "merged": "A fine-tuned copy", "gguf": "A fine-tuned copy, stored as " + x.kind + ",",
	}[x.format], code(x.base()))
	x.loading(&b)
	x.training(&b, s, func(id string) string {
		uploaded, err := x.session.Client.Dataset(ctx, x.session.Scope, id)
		if err != nil {
			return "" // the upload may be gone
		}
		return uploaded.Name()
	})
	b.WriteString("\n## Parity\n\n")
	if x.parity.Checked {
		fmt.Fprintf(&b, "After the export, the files were read back and asked: %v.\nWhat had to hold: %s. The answers are in `%s`.\n", x.parity, x.parity.Rule, parityFile)
	} else {
		fmt.Fprintf(&b, "The files were %v.\n", x.parity)
	}
	return wholefile.Write(filepath.Join(x.folder.staging, "README.md"), b.Bytes(), 0o644)
}

// onTheHub reports whether others can get the base model by its name.
func (x *export) onTheHub() bool {
	return strings.Count(x.config.Model, "/") == 1 && x.base() == x.config.Model && !strings.HasPrefix(x.config.Model, "arkor/")
}

// base is what the card calls the base model. Of a folder it is the name alone:
// where it lies on somebody's machine is nothing to publish.
func (x *export) base() string { return withoutFolder(x.config.Model) }

// withoutFolder goes by the folders of every system: the backend may be another
// machine than this one.
func withoutFolder(model string) string {
	slashed := strings.ReplaceAll(model, `\`, "/")
	if slashed == model && !strings.HasPrefix(model, "/") && !strings.HasPrefix(model, ".") && !strings.HasPrefix(model, "~") && !strings.Contains(model, ":/") {
		return model
	}
	return path.Base(slashed)
}

func (x *export) frontMatter(b *bytes.Buffer) {
	b.WriteString("---\n")
	if x.onTheHub() {
		fmt.Fprintf(b, "base_model: %s\nbase_model_relation: %s\n", quoted(x.config.Model),
			map[string]string{"adapter": "adapter", "merged": "finetune", "gguf": "finetune"}[x.format])
	}
	fmt.Fprintf(b, "library_name: %s\npipeline_tag: text-generation\ntags:\n- arkor\n- lora\n", map[string]string{
		"adapter": "peft", "merged": "transformers", "gguf": "gguf"}[x.format])
	b.WriteString("---\n")
}

// loading says how the files are used.
func (x *export) loading(b *bytes.Buffer) {
	name, base := x.name(), x.base()
	b.WriteString("## How to load it\n\n")
	switch x.format {
	case "adapter":
		if !x.onTheHub() {
			fmt.Fprintf(b, "Programs look for the base model under the name in `adapter_config.json`, where %s is none that they can\nget: give them its folder, or export with `--format merged`.\n\n", code(base))
		}
		fmt.Fprintf(b, "```python\nfrom peft import AutoPeftModelForCausalLM\nfrom transformers import AutoTokenizer\n\n"+
			"model = AutoPeftModelForCausalLM.from_pretrained(\".\")\ntokenizer = AutoTokenizer.from_pretrained(\".\")\n```\n\n"+
			"```sh\nvllm serve %s --enable-lora --max-lora-rank 64 --lora-modules %s=.\n```\n", base, name)
	case "merged":
		b.WriteString("```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n" +
			"model = AutoModelForCausalLM.from_pretrained(\".\")\ntokenizer = AutoTokenizer.from_pretrained(\".\")\n```\n\n```sh\nvllm serve .\n```\n")
	case "gguf":
		fmt.Fprintf(b, "```sh\nllama-cli -m %s-%s.gguf --jinja\nllama-server -m %s-%s.gguf --jinja\nollama create %s -f Modelfile && ollama run %s\n```\n",
			name, x.kind, name, x.kind, strings.ToLower(name), strings.ToLower(name))
	}
}

// training says what it was trained on, and how. nameOf returns what an uploaded
// file was called, "" of one that nobody knows.
func (x *export) training(b *bytes.Buffer, s scores, nameOf func(id string) string) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(b, "| %s | %s |\n", name, fmt.Sprintf(format, args...))
	}
	b.WriteString("\n## Training\n\n| | |\n| --- | --- |\n")
	row("base model", "%s", code(x.base()))
	row("job", "%s", code(x.job.ID))
	if x.job.CompletedAt != nil {
		row("completed", "%s", plain(*x.job.CompletedAt))
	}
	source := x.config.DatasetSource
	for _, part := range []struct{ name, id string }{{"training data", source.DatasetID}, {"held-out data", source.EvalDatasetID}} {
		if part.id == "" {
			continue
		}
		if name := nameOf(part.id); name != "" {
			row(part.name, "%s (%s)", code(name), code(part.id))
		} else {
			row(part.name, "%s", code(part.id))
		}
	}
	for _, part := range []struct{ name, value string }{
		{"data set", strings.Trim(source.Name+" "+source.Subset+" "+source.Split, " ")}, {"data", withoutQuery(source.URL)},
	} {
		if part.value != "" {
			row(part.name, "%s", code(part.value))
		}
	}
	if s.steps > 0 {
		row("steps", "%d", s.steps)
	}
	if s.loss != nil {
		row("loss", "%.4f", *s.loss)
	}
	if s.evalLoss != nil {
		row("held-out loss", "%.4f", *s.evalLoss)
	}
	for _, e := range s.evals {
		verdict := ""
		if e.Threshold != nil && e.Passed != nil {
			verdict = map[bool]string{true: ", passed", false: ", failed"}[*e.Passed] + " at " + strconv.FormatFloat(*e.Threshold, 'g', -1, 64)
		}
		row("eval "+plain(e.Name), "%.4f over %d samples%s", *e.Mean, e.Count, verdict)
	}
	if settings := publicSettings(x.job.Config); settings != nil {
		fmt.Fprintf(b, "\n```json\n%s\n```\n", settings)
	}
}

// publicSettings are the numbers, words and switches of a config. Addresses,
// which may hold a secret, are no settings, and neither is where data is from.
func publicSettings(config json.RawMessage) []byte {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(config))
	d.UseNumber()
	if d.Decode(&fields) != nil {
		return nil
	}
	for name, value := range fields {
		switch v := value.(type) {
		case json.Number, bool:
		case string:
			if strings.Contains(v, "://") || strings.Contains(v, "```") {
				delete(fields, name)
			} else if name == "model" {
				fields[name] = withoutFolder(v)
			}
		default:
			delete(fields, name)
		}
	}
	data, err := json.MarshalIndent(fields, "", "  ")
	if err != nil {
		return nil
	}
	return data
}

// withoutQuery keeps what may be a secret out of a file that people publish.
func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return u.String()
}

// plain is a text from elsewhere that changes nothing around it.
func plain(text string) string {
	return strings.NewReplacer("|", "/", "<", "", ">", "", "[", "(", "]", ")", "`", "'").Replace(cli.OneLine(text))
}

func code(text string) string {
	return "`" + strings.NewReplacer("`", "'", "|", "/").Replace(cli.OneLine(text)) + "`"
}

// quoted is a string of YAML, of which JSON is a part.
func quoted(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}
