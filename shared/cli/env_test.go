package cli

import (
	"os"
	"strings"
	"testing"
)

// I1: a file, a pipe and the null device are nobody. What is a terminal is
// tested on one, with the commands that ask.
func TestWhatIsNoTerminal(t *testing.T) {
	t.Parallel()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	for name, stream := range map[string]any{"null device": null, "file": file, "pipe": write, "text": strings.NewReader(""), "nothing": nil} {
		if IsTerminal(stream) {
			t.Errorf("%s is a terminal", name)
		}
	}
	env := Env{Stdin: null, Stdout: null, Stderr: null}
	if env.Interactive() || env.Color(null) {
		t.Error("somebody is there")
	}
}
