package workercmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func TestTokenizerCommand(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	env := cli.Env{Dir: t.TempDir(), Stdout: &stdout, Stderr: &stderr}
	env.Args = []string{"tokenizer"}
	if status := cli.Run(context.Background(), env, New); status != cli.StatusFailed || !strings.Contains(stderr.String(), "--out") {
		t.Errorf("without --out: status %d, %s", status, &stderr)
	}
	env.Args = []string{"tokenizer", "--out", "new/model", "--vocab-size", "300"}
	if status := cli.Run(context.Background(), env, New); status != cli.StatusOK {
		t.Fatalf("status %d: %s", status, &stderr)
	}
	want := filepath.Join("new/model", "tokenizer.json") + "\n" + filepath.Join("new/model", "tokenizer_config.json") + "\n"
	if stdout.String() != want {
		t.Errorf("stdout %q", &stdout)
	}
	tok, err := tokenizer.Load(os.DirFS(filepath.Join(env.Dir, "new", "model")))
	if err != nil || tok.VocabSize() != 300 {
		t.Errorf("%v", err)
	}
}
