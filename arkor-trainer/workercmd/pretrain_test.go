package workercmd

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate/generatetest"
	"github.com/arkorlab/arkor-go/arkor-trainer/model"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// lineWatcher calls seen with what is written to it.
type lineWatcher func(text string)

func (w lineWatcher) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}

// pretrainIn makes a very small model in dir/out, whose tokenizer is there.
func pretrainIn(ctx context.Context, dir string, seen func(string), more ...string) (status int) {
	args := append([]string{"pretrain", "--out", "out", "--config", "shape.json", "--steps", "8", "--samples", "24", "--batch-size", "4", "--save-steps", "3"}, more...)
	env := cli.Env{Args: args, Dir: dir, Stdout: lineWatcher(seen), Stderr: lineWatcher(seen)}
	return cli.Run(ctx, env, New)
}

func pretrainDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	folder := generatetest.Folder(t)
	shape, err := fs.ReadFile(folder, "config.json")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range []string{"tokenizer.json", "tokenizer_config.json"} {
		if files[name], err = fs.ReadFile(folder, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeFiles(filepath.Join(dir, "out"), files); err != nil {
		t.Fatal(err)
	}
	if err := writeFiles(dir, map[string][]byte{"shape.json": bytes.Replace(shape, []byte("3000"), []byte("96"), 1)}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Pre-training makes a folder that loads, and the same one whether or not it
// was stopped in between.
func TestPretrainGoesOn(t *testing.T) {
	t.Parallel()
	whole := pretrainDir(t)
	var said strings.Builder
	if status := pretrainIn(t.Context(), whole, func(text string) { said.WriteString(text) }); status != 0 {
		t.Fatal(said.String())
	}
	if !strings.Contains(said.String(), "step 8/8  loss ") || !strings.Contains(said.String(), "held-out loss ") {
		t.Error(said.String())
	}
	parts := pretrainDir(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said.Reset()
	status := pretrainIn(ctx, parts, func(text string) {
		said.WriteString(text)
		if strings.Contains(text, "step 1/8") {
			stop()
		}
	})
	if status == 0 || !strings.Contains(said.String(), "--resume") {
		t.Fatalf("status %d, %s", status, said.String())
	}
	if status := pretrainIn(t.Context(), parts, func(string) {}); status != 1 {
		t.Errorf("it starts again over a checkpoint: status %d", status)
	}
	said.Reset()
	if status := pretrainIn(t.Context(), parts, func(text string) { said.WriteString(text) }, "--resume"); status != 0 {
		t.Fatal(said.String())
	}
	weights := func(dir string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, "out", weightsFile))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if !bytes.Equal(weights(whole), weights(parts)) {
		t.Error("the weights differ")
	}
	if _, err := model.Load(os.DirFS(filepath.Join(whole, "out"))); err != nil {
		t.Error(err)
	}
}
