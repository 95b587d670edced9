package workercmd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/generate/generatetest"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// modelDir returns a folder that holds "model" and "adapter".
func modelDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "model"), generatetest.Folder(t)); err != nil {
		t.Fatal(err)
	}
	generatetest.WriteAdapter(t, filepath.Join(dir, "adapter"), 3)
	return dir
}

// runIn runs the program in dir.
func runIn(ctx context.Context, dir string, stdin io.Reader, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	env := cli.Env{Args: args, Dir: dir, Environ: []string{"HF_HUB_OFFLINE=1"}, Stdin: stdin, Stdout: &out, Stderr: &errs}
	status = cli.Run(ctx, env, New)
	return status, out.String(), errs.String()
}

func TestServeEndsWithItsInput(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := runIn(t.Context(), modelDir(t), strings.NewReader("nonsense\n"), "serve", "--model", "./model")
	want := `{"type":"ready","model":"./model","maxLength":3000,"tools":true,"structuredOutputs":true}` + "\n" +
		`{"id":"","type":"error","error":"the line is not a JSON object","code":"invalid_request"}` + "\n"
	if status != 0 || stdout != want || stderr != "" {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
}

// SIGTERM ends the context; that is a regular end for a worker.
func TestServeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	in, inW := io.Pipe()
	defer inW.Close()
	outR, out := io.Pipe()
	dir := modelDir(t)
	ended := make(chan int)
	go func() {
		ended <- cli.Run(ctx, cli.Env{Args: []string{"serve", "--model", filepath.Join(dir, "model")}, Dir: dir, Stdin: in, Stdout: out, Stderr: io.Discard}, New)
	}()
	var ready map[string]any
	if err := json.NewDecoder(outR).Decode(&ready); err != nil || ready["type"] != "ready" {
		t.Fatal(ready, err)
	}
	cancel(&cli.Interrupt{Signal: os.Interrupt})
	if status := <-ended; status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestServeRefusesBrokenModel(t *testing.T) {
	t.Parallel()
	dir := modelDir(t)
	weights := filepath.Join(dir, "model", "model.safetensors")
	if err := os.Truncate(weights, 5000); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := runIn(t.Context(), dir, strings.NewReader(""), "serve", "--model", "./model")
	if status != 1 || stdout != "" || !strings.Contains(stderr, "model ./model: model.safetensors: tensor ") {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	dir := modelDir(t)
	generate := func(args ...string) string {
		status, stdout, stderr := runIn(t.Context(), dir, nil, append([]string{"generate", "--model", "./model", "--temperature", "0", "--max-tokens", "12"}, args...)...)
		if status != 0 || stderr != "" || !strings.HasSuffix(stdout, "\n") {
			t.Errorf("%q: status %d, %q, %q", args, status, stdout, stderr)
		}
		return stdout
	}
	if generate("hello") == generate("hello", "--adapter", "adapter") {
		t.Error("the adapter changes nothing")
	}
	for want, args := range map[string][]string{
		"give one prompt, found 0":           {},
		"give one prompt, found 2":           {"Where", "is"},
		"absent: adapter: open adapter_conf": {"hello", "--adapter", "absent"},
		"temperature 3 is not":               {"hello", "--temperature", "3"},
	} {
		status, _, stderr := runIn(t.Context(), dir, nil, append([]string{"generate", "--model", "./model"}, args...)...)
		if status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%q: status %d, %q, want %q", args, status, stderr, want)
		}
	}
}
