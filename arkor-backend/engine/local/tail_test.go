package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
)

const output = "loading\n" + `{"type":"started"}` + "\n" + `{"type":"log","step":1}` + "\r\n\n" + `{"type":"log","step":2}` + "\n" +
	`{"type":"completed","dir":"final"}` + "\n" + `{"type":"log","step":3}` + "\n"

// grow writes text in two parts and returns the lines that a tail hands on.
func grow(t *testing.T, from int64, parts ...string) (lines []string, end int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "output.jsonl")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	tail := &tail{file: file, offset: from, handle: func(l engine.Line) error {
		lines, end = append(lines, l.Type), l.End
		return nil
	}}
	for _, part := range parts {
		if _, err := file.WriteString(part); err != nil {
			t.Fatal(err)
		}
		if err := tail.read(); err != nil {
			t.Fatal(err)
		}
	}
	return lines, end
}

func TestTailCutAnywhere(t *testing.T) {
	t.Parallel()
	want := []string{"started", "log", "log", "completed"}
	for cut := range len(output) {
		lines, _ := grow(t, 0, output[:cut], output[cut:])
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
	}
}

func TestTailGoesOnBehindALine(t *testing.T) {
	t.Parallel()
	first := "loading\n" + `{"type":"started"}` + "\n"
	_, end := grow(t, 0, first)
	if end != int64(len(first)) {
		t.Errorf("the line ends at %d, want %d", end, len(first))
	}
	lines, _ := grow(t, end, output)
	if diff := cmp.Diff([]string{"log", "log", "completed"}, lines); diff != "" {
		t.Error(diff)
	}
}

func TestTailPassesOverLongLines(t *testing.T) {
	t.Parallel()
	long := `{"type":"log","step":1,"x":"` + strings.Repeat("x", engine.MaxLine) + `"}` + "\n"
	lines, _ := grow(t, 0, long[:100], long[100:1<<20], long[1<<20:], `{"type":"stopped"}`+"\n", long, `{"type":"started"}`+"\n")
	if diff := cmp.Diff([]string{"stopped", "started"}, lines); diff != "" {
		t.Error(diff)
	}
}

func TestTailStopsAtAnError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "output.jsonl")
	if err := os.WriteFile(path, []byte(output), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	full := errors.New("disk is full")
	if err := (&tail{file: file, handle: func(engine.Line) error { return full }}).read(); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "worker.log")
	if err := os.WriteFile(path, []byte(strings.Repeat("noise\n", maxLog/6+1)+"last words\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	boundLog(path)
	info, err := os.Stat(path)
	if err != nil || info.Size() > keepLog+100 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	if got := lastWords(path, 0); got != "last words" {
		t.Errorf("last line %q", got)
	}
	if got := lastWords(path, info.Size()); got != "" {
		t.Errorf("last line of a silent worker: %q", got)
	}
}
