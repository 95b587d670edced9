package runner

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// drawing asks node for a preview in three ways, and for the line about it.
const drawing = `
import { readFileSync } from "node:fs";
const { drawPreview, tellPreview } = await import(process.argv[1]);
const preview = JSON.parse(readFileSync(process.argv[2], "utf8"));
const draw = (options) => drawPreview(preview, { name: "triage-run", ...options }).join("\n") + "\n";
console.log(JSON.stringify({
  plain: draw({ width: 80 }), color: draw({ width: 80, color: true }), narrow: draw({ width: 50 }),
  line: tellPreview(preview) + "\n",
}));
`

// What is drawn is in testdata/preview: to see it as a terminal shows it, cat
// the .color.txt.
func TestDrawPreview(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	module, err := filepath.Abs("js/draw.mjs")
	if err != nil {
		t.Fatal(err)
	}
	previews, err := filepath.Glob("testdata/preview/*.json")
	if err != nil || len(previews) < 3 {
		t.Fatal(previews, err)
	}
	for _, file := range previews {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", drawing, "file:///"+strings.TrimPrefix(filepath.ToSlash(module), "/"), file).Output()
			if err != nil {
				t.Fatal(err)
			}
			var drawn map[string]string
			if err := json.Unmarshal(out, &drawn); err != nil {
				t.Fatal(err)
			}
			for way, got := range drawn {
				golden := strings.TrimSuffix(file, ".json") + "." + way + ".txt"
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s: want - got +\n%s\n%s", golden, diff, got)
				}
				checkHarmless(t, way, got)
			}
		})
	}
}

// checkHarmless looks for anything that does more in a terminal than appear.
func checkHarmless(t *testing.T, way, text string) {
	t.Helper()
	if way == "color" {
		text = regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(text, "")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for _, r := range line {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' || r == '\u2028' || r == '\u2029' {
				t.Errorf("%s: %q holds %U", way, line, r)
			}
		}
		if n := len([]rune(line)); n > 80 && way != "line" {
			t.Errorf("%s: %d characters: %q", way, n, line)
		}
	}
}
