package exportcmd

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A model card is published: neither addresses, which may hold a token, nor what
// only the backend needs get into it.
func TestSettingsOfTheCard(t *testing.T) {
	t.Parallel()
	config := `{"model":"acme/base","maxSteps":6,"learningRate":1e-4,"dryRun":false,"datasetSource":{"type":"blob","url":"https://x/?token=s3cret"},
		"callback":"https://x/?key=s3cret","optim":"` + "```" + `","webhook":{"secret":"s3cret"}}`
	want := "{\n  \"dryRun\": false,\n  \"learningRate\": 1e-4,\n  \"maxSteps\": 6,\n  \"model\": \"acme/base\"\n}"
	if diff := cmp.Diff(want, string(publicSettings(json.RawMessage(config)))); diff != "" {
		t.Error(diff)
	}
	if got := withoutQuery("https://ada:s3cret@example.test/a.jsonl?token=s3cret#x"); got != "https://example.test/a.jsonl" {
		t.Error(got)
	}
	if got := plain("a|b\n<img src=x>[c](d)`"); strings.ContainsAny(got, "|<>[]`\n") {
		t.Error(got)
	}
}

// Nor does a folder of somebody's machine.
func TestBaseModelOfTheCardInAFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "my-base")
	model, err := json.Marshal(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"adapter", "merged", "gguf"} {
		x := &export{command: &command{format: format, kind: "f32"}}
		x.job.Config = json.RawMessage(`{"model":` + string(model) + `}`)
		if x.config, err = readConfig(x.job.Config); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		x.frontMatter(&b)
		x.loading(&b)
		x.training(&b, scores{}, func(string) string { return "" })
		if text := b.String(); strings.Contains(text, filepath.Dir(folder)) || !strings.Contains(text, "| base model | `my-base` |") || !strings.Contains(text, `"model": "my-base"`) {
			t.Errorf("%s: %s", format, text)
		}
	}
}

func TestModelWithoutItsFolder(t *testing.T) {
	t.Parallel()
	for model, want := range map[string]string{
		"arkor/tiny": "arkor/tiny", "tiny": "tiny", "acme/Large-1.5": "acme/Large-1.5",
		"/home/ada/base": "base", "./base": "base", "../ada/base/": "base", "~/base": "base", `C:\Users\ada\base`: "base", "C:/Users/ada/base": "base", `models\base`: "base",
	} {
		if got := withoutFolder(model); got != want {
			t.Errorf("%s: %s, want %s", model, got, want)
		}
	}
}

// Data is called what its file was called, without where it lay.
func TestDataOfTheCard(t *testing.T) {
	t.Parallel()
	x := &export{job: cloud.Job{ID: "j"}}
	x.config.Model = "arkor/tiny"
	x.config.DatasetSource.DatasetID, x.config.DatasetSource.EvalDatasetID = "sha256:ab", "sha256:cd"
	var b bytes.Buffer
	x.training(&b, scores{}, func(id string) string { return map[string]string{"sha256:ab": "tr`|ain.jsonl"}[id] })
	want := "\n## Training\n\n| | |\n| --- | --- |\n| base model | `arkor/tiny` |\n| job | `j` |\n" +
		"| training data | `tr'/ain.jsonl` (`sha256:ab`) |\n| held-out data | `sha256:cd` |\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	x.config.DatasetSource.EvalDatasetID = ""
	b.Reset()
	x.training(&b, scores{}, func(string) string { return "" })
	if text := b.String(); strings.Contains(text, "held-out") || !strings.Contains(text, "| training data | `sha256:ab` |") {
		t.Error(text)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	step := int64(50)
	const id = "7e1cd6ce-0c0c-4a0c-8b0c-1b0c1b0c1b0c"
	for name, want := range map[string]string{
		"triage-run": "triage-run", "My run: v1.2": "My-run--v1.2", "../../etc": "etc", "": "job-7e1cd6ce", "日本": "job-7e1cd6ce",
		strings.Repeat("x", 100): "job-7e1cd6ce", "--out": "out",
	} {
		x := &export{job: cloud.Job{ID: id, Name: name}}
		if got := x.name(); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		x.step = &step
		if got := x.name(); got != want+"-step-50" {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// An id is the backend's to choose.
func TestNameOfAnID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"/../../x": "job-x", "..": "job-", `a\b:c`: "job-a-b-c", strings.Repeat("x", 300): "job-" + strings.Repeat("x", 76),
	} {
		if got := (&export{job: cloud.Job{ID: id}}).name(); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
}

func TestSearchTakesTheSameFileOnly(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	const data = "{\"prompt\":\"a\"}\n"
	write(t, filepath.Join(root, "node_modules", "a.jsonl"), data)
	write(t, filepath.Join(root, ".arkor", "a.jsonl"), data)
	write(t, filepath.Join(root, "a.txt"), data)
	write(t, filepath.Join(root, "data", "other.jsonl"), strings.Replace(data, "a", "b", 1))
	hash := hashOf(filepath.Join(root, "a.txt"))
	if found := search(t.Context(), root, int64(len(data)), hash); found.path != "" {
		t.Error(found)
	}
	write(t, filepath.Join(root, "data", "train.jsonl"), data)
	want := promptFile{filepath.Join(root, "data", "train.jsonl"), "data/train.jsonl"}
	if found := search(t.Context(), root, int64(len(data)), hash); found != want {
		t.Error(found)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "precious", "thesis.txt"), "x")
	write(t, filepath.Join(dir, "earlier", parityFile), "{}")
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		out     string
		force   bool
		refused string
	}{
		{"new/deep", false, ""}, {"empty", false, ""}, {"earlier", false, "earlier exists"}, {"earlier", true, ""},
		{"precious", false, "precious exists"}, {"precious", true, "precious is no earlier export"}, {".", true, ". is no earlier export"},
		{"precious/thesis.txt", true, "precious/thesis.txt is a file"},
	} {
		f, err := newFolder(dir, tt.out, tt.force)
		if tt.refused != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.refused) {
				t.Errorf("%s: %v, want %s", tt.out, err, tt.refused)
			}
			continue
		}
		if err != nil {
			t.Fatal(tt.out, err)
		}
		write(t, filepath.Join(f.staging, "model"), "new")
		if err := f.keep(); err != nil {
			t.Fatal(tt.out, err)
		}
		f.discard()
		entries, err := os.ReadDir(filepath.Join(dir, tt.out))
		if err != nil || len(entries) != 1 || entries[0].Name() != "model" {
			t.Errorf("%s: %v, %v", tt.out, entries, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*-*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestConfigWithoutAModel(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{}`, `{"model":"--out"}`, `[]`} {
		if _, err := readConfig(json.RawMessage(raw)); err == nil {
			t.Errorf("%s was accepted", raw)
		}
	}
}
