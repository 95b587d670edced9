package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/shared/cli"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// fakeHub serves repositories as the hub does and records what was asked.
type fakeHub struct {
	files map[string]string // by "models/owner/name/file"
	lies  map[string]string // other bytes than listed
	names []string          // listed beside the files of every repository

	mu    sync.Mutex
	asked []string
}

func (f *fakeHub) start(t *testing.T) Hub {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return Hub{Cache: t.TempDir(), Endpoint: server.URL, Token: "secret"}
}

func (f *fakeHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.URL.Path)
	f.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer secret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if repo, ok := strings.CutPrefix(strings.TrimSuffix(r.URL.Path, "/revision/main"), "/api/"); ok {
		f.list(w, repo)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if !strings.HasPrefix(name, "datasets/") {
		name = "models/" + name
	}
	name = strings.Replace(name, "/resolve/"+commit, "", 1)
	content, ok := f.files[name]
	if lie, ok := f.lies[name]; ok {
		content = lie
	}
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	io.WriteString(w, content)
}

func (f *fakeHub) list(w http.ResponseWriter, repo string) {
	var siblings []map[string]any
	add := func(name, content string) {
		digest := sha256.Sum256([]byte(content))
		siblings = append(siblings, map[string]any{"rfilename": name, "lfs": map[string]any{"sha256": hex.EncodeToString(digest[:]), "size": len(content)}})
	}
	for name, content := range f.files {
		if name, ok := strings.CutPrefix(name, repo+"/"); ok {
			add(name, content)
		}
	}
	if len(siblings) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	for _, name := range f.names {
		add(name, "x")
	}
	json.NewEncoder(w).Encode(map[string]any{"sha": commit, "siblings": siblings})
}

// llama returns the files of a model that passes every check before its weights.
func llama(t *testing.T, repo string) map[string]string {
	t.Helper()
	files := map[string]string{
		repo + "/config.json": `{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":8,"intermediate_size":16,` +
			`"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":2,"vocab_size":2048,"max_position_embeddings":64,` +
			`"rms_norm_eps":1e-5,"hidden_act":"silu","rope_theta":10000,"tie_word_embeddings":true}`,
		repo + "/model.safetensors": "weights",
		repo + "/run_me.py":         "print('no')",
		repo + "/pytorch_model.bin": "pickle",
	}
	for _, name := range []string{"tokenizer.json", "tokenizer_config.json"} {
		data, err := fs.ReadFile(builtin.Tiny(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[repo+"/"+name] = string(data)
	}
	return files
}

func TestModelIsFetchedOnce(t *testing.T) {
	t.Parallel()
	server := &fakeHub{files: llama(t, "models/acme/small")}
	h := server.start(t)
	folder, err := h.Model(context.Background(), "acme/small", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := fs.ReadFile(folder, "model.safetensors"); string(got) != "weights" {
		t.Errorf("weights: %q, %v", got, err)
	}
	for _, path := range server.asked {
		if strings.Contains(path, "run_me") || strings.Contains(path, "pytorch") {
			t.Errorf("fetched %s, which nobody needs", path)
		}
	}
	asked := len(server.asked)
	offline := Hub{Cache: h.Cache}
	if _, err := offline.Model(context.Background(), "acme/small", ""); err != nil || len(server.asked) != asked {
		t.Errorf("the second time: %v, %d requests", err, len(server.asked)-asked)
	}
	if diff := cmp.Diff([]string{"acme/small"}, offline.Models()); diff != "" {
		t.Error(diff)
	}
}

func TestModelWithShards(t *testing.T) {
	t.Parallel()
	files := llama(t, "models/acme/big")
	delete(files, "models/acme/big/model.safetensors")
	files["models/acme/big/model.safetensors.index.json"] = `{"weight_map":{"a":"one.safetensors","b":"two.safetensors","c":"one.safetensors"}}`
	files["models/acme/big/one.safetensors"] = "1"
	files["models/acme/big/two.safetensors"] = "2"
	h := (&fakeHub{files: files}).start(t)
	folder, err := h.Model(context.Background(), "acme/big", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := fs.ReadFile(folder, "two.safetensors"); string(got) != "2" {
		t.Errorf("second shard: %q", got)
	}
}

func TestModelRefusals(t *testing.T) {
	t.Parallel()
	const repo = "models/acme/small"
	for name, test := range map[string]struct {
		id   string
		edit func(*fakeHub)
		want string
	}{
		"unknown":        {"acme/none", nil, `model "acme/none" is not on this machine, which offers arkor/tiny: 127.0.0.1`},
		"not a name":     {"acme/../etc", nil, `it is neither a folder nor a name on the hub`},
		"architecture":   {"acme/small", func(f *fakeHub) { f.files[repo+"/config.json"] = `{"architectures":["MambaForCausalLM"]}` }, "MambaForCausalLM"},
		"no tokenizer":   {"acme/small", func(f *fakeHub) { delete(f.files, repo+"/tokenizer.json") }, "it has no tokenizer.json"},
		"no safetensors": {"acme/small", func(f *fakeHub) { delete(f.files, repo+"/model.safetensors") }, "no weights in the safetensors format"},
		"no template":    {"acme/small", func(f *fakeHub) { f.files[repo+"/tokenizer_config.json"] = `{}` }, "supported: ChatML, Llama 3"},
		"other bytes":    {"acme/small", func(f *fakeHub) { f.lies = map[string]string{repo + "/model.safetensors": "wEights"} }, "sent other bytes than it lists"},
		"more bytes":     {"acme/small", func(f *fakeHub) { f.lies = map[string]string{repo + "/model.safetensors": "weights and more"} }, "sent other bytes than it lists"},
		"path outside":   {"acme/small", func(f *fakeHub) { f.names = []string{"../../evil"} }, `lists the file "../../evil"`},
		"absolute path":  {"acme/small", func(f *fakeHub) { f.names = []string{"/etc/evil"} }, `lists the file "/etc/evil"`},
		"shard elsewhere": {"acme/small", func(f *fakeHub) {
			delete(f.files, repo+"/model.safetensors")
			f.files[repo+"/model.safetensors.index.json"] = `{"weight_map":{"a":"../x"}}`
		}, `names the file "../x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &fakeHub{files: llama(t, repo)}
			if test.edit != nil {
				test.edit(server)
			}
			h := server.start(t)
			_, err := h.Model(context.Background(), test.id, "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n")) {
				t.Errorf("the error shows the token or has several lines: %v", err)
			}
			if len(h.Models()) != 0 {
				t.Errorf("the cache offers %v", h.Models())
			}
		})
	}
}

func TestModelWithoutANetwork(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	h := Hub{Cache: t.TempDir(), Endpoint: server.URL}
	_, err := h.Model(context.Background(), "acme/small", "")
	if err == nil || !strings.Contains(err.Error(), "cannot be reached") || cli.HintOf(err) == "" {
		t.Errorf("got %v", err)
	}
	if _, err := (Hub{}).Model(context.Background(), builtin.ID, ""); err != nil {
		t.Errorf("the builtin model needs nothing: %v", err)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (Hub{}).Model(t.Context(), "any name", dir); err != nil {
		t.Error(err)
	}
	if _, err := (Hub{}).Model(t.Context(), dir, ""); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]string{
		file:                      "it is a file",
		t.TempDir():               "no config.json",
		filepath.Join(dir, "nil"): "model folder",
	} {
		if _, err := (Hub{}).Model(t.Context(), "x", path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

func TestCacheLinksDoNotEscape(t *testing.T) {
	t.Parallel()
	h := Hub{Cache: t.TempDir()}
	outside := filepath.Join(t.TempDir(), "config.json")
	snapshot := filepath.Join(h.repoFolder(models, "acme/evil"), "snapshots", commit)
	refs := filepath.Join(h.repoFolder(models, "acme/evil"), "refs")
	for _, dir := range []string{snapshot, refs} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for path, content := range map[string]string{outside: "{}", filepath.Join(refs, "main"): commit} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(snapshot, "config.json")); err != nil {
		t.Skip("no links here:", err)
	}
	folder, err := h.cached(models, "acme/evil")
	if err != nil {
		t.Fatal(err)
	}
	if data, err := fs.ReadFile(folder, "config.json"); err == nil {
		t.Errorf("read %q from outside of the cache", data)
	}
}

func TestSilentServerIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, begins := range []bool{false, true} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if begins {
				_, _ = io.WriteString(w, "{")
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		}))
		t.Cleanup(server.Close)
		h := Hub{Cache: t.TempDir(), Endpoint: server.URL, stall: 50 * time.Millisecond}
		if _, err := h.Dataset(t.Context(), "acme/tickets", "", ""); err == nil || !strings.Contains(err.Error(), "sent nothing for 50ms") {
			t.Errorf("got %v", err)
		}
	}
}

func TestDataset(t *testing.T) {
	t.Parallel()
	const repo = "datasets/acme/tickets"
	server := &fakeHub{files: map[string]string{
		repo + "/data/train-00000-of-00002.jsonl": `{"a":1}`,
		repo + "/data/train-00001-of-00002.jsonl": `{"a":2}` + "\n",
		repo + "/data/test.jsonl":                 `{"a":3}`,
		repo + "/loader.py":                       "print('no')",
	}}
	h := server.start(t)
	for range 2 {
		d, err := h.Dataset(context.Background(), "acme/tickets", "", "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range d.Files {
			data, err := fs.ReadFile(d.Folder, name)
			if err != nil {
				t.Error(err)
			}
			got = append(got, strings.TrimSpace(string(data)))
		}
		if diff := cmp.Diff([]string{`{"a":1}`, `{"a":2}`}, got); diff != "" {
			t.Error(diff)
		}
	}
	if len(server.asked) != 3 {
		t.Errorf("asked for %v, expected the list and two files, once", server.asked)
	}
	if d, err := h.Dataset(context.Background(), "acme/tickets", "", "test"); err != nil || len(d.Files) != 1 {
		t.Errorf("test split: %v, %v", d.Files, err)
	}
	if _, err := h.Dataset(context.Background(), "acme/tickets", "fr", ""); err == nil || !strings.Contains(err.Error(), `subset "fr"`) {
		t.Errorf("got %v", err)
	}
}

func TestChooseFiles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		files, subset, split, want string
	}{
		{"train.jsonl test.jsonl", "", "", "train.jsonl"},
		{"data.jsonl validation.jsonl", "", "", "data.jsonl"},
		{"en/train.jsonl de/train.jsonl", "de", "train", "de/train.jsonl"},
		{"retrained.jsonl train/part.ndjson", "", "train", "train/part.ndjson"},
		{"b.jsonl a.jsonl README.md", "", "", "a.jsonl b.jsonl"},
		{"train.jsonl", "", "test", ""},
		{"train.parquet", "", "", ""},
	} {
		got, err := chooseFiles(strings.Fields(test.files), test.subset, test.split)
		if strings.Join(got, " ") != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%+v: got %q, %v", test, got, err)
		}
	}
}

func TestNewReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	home := filepath.FromSlash("/home/me")
	for _, test := range []struct {
		environ []string
		want    Hub
	}{
		{[]string{"HOME=" + home}, Hub{Cache: filepath.Join(home, ".cache", "huggingface", "hub"), Endpoint: defaultEndpoint}},
		{[]string{"HOME=" + home, "HF_HOME=/hf", "HF_TOKEN=t"}, Hub{Cache: filepath.Join("/hf", "hub"), Endpoint: defaultEndpoint, Token: "t"}},
		{[]string{"HF_HUB_CACHE=/c", "HF_ENDPOINT=https://mirror/"}, Hub{Cache: "/c", Endpoint: "https://mirror"}},
		{[]string{"HF_HUB_OFFLINE=1"}, Hub{}},
	} {
		if diff := cmp.Diff(test.want, New(cli.Env{Environ: test.environ}), cmpopts.IgnoreUnexported(Hub{})); diff != "" {
			t.Errorf("%v: %s", test.environ, diff)
		}
	}
}
