package engine

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLine(t *testing.T) {
	t.Parallel()
	half := 0.5
	for text, want := range map[string]Line{
		`{"type":"started","metadata":{"totalSteps":9,"resumedFromStep":4}}`: {Type: Started, ResumedFrom: 4,
			Metadata: json.RawMessage(`{"totalSteps":9,"resumedFromStep":4}`)},
		`{"type":"started","metadata":null}`:                          {Type: Started},
		`{"type":"started","metadata":{"resumedFromStep":"4"}}`:       {Type: Started, Metadata: json.RawMessage(`{"resumedFromStep":"4"}`)},
		`{"type":"log","step":3,"loss":0.5,"evalLoss":null,"new":[]}`: {Type: Log, Step: 3, Loss: &half},
		`{"type":"checkpoint","step":2,"dir":"checkpoints/step-2"}`:   {Type: Checkpoint, Step: 2, Dir: "checkpoints/step-2"},
		`{"type":"completed","step":4,"metrics":{"a":1},"dir":"out"}`: {Type: Completed, Step: 4, Metrics: json.RawMessage(`{"a":1}`), Dir: "out"},
		`{"type":"failed","step":0,"error":"a\nb\u001b[31m"}`:         {Type: Failed, Error: "a b [31m"},
		`{"type":"failed"}`:           {Type: Failed, Error: "the training process failed without saying why"},
		`{"type":"stopped","step":1}`: {Type: Stopped, Step: 1},
	} {
		got, err := ParseLine([]byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
	for _, text := range []string{
		``, `null`, `[]`, `7`, `{}`, `{"type":"log"}`, `{"type":"log","step":-1}`, `{"type":"log","step":1.5}`, `{"type":"log","step":"1"}`,
		`{"type":"log","step":1,"loss":NaN}`, `{"type":"log","step":1e300}`, `{"type":"other"}`, `{"type":"checkpoint","step":1}`,
		`{"type":"checkpoint","step":1,"dir":"/etc"}`, `{"type":"completed","dir":"../x"}`, `{"type":"completed","dir":"."}`,
		`{"type":"checkpoint","step":1,"dir":"a/../.."}`, `{"type":"stopped"`,
	} {
		if line, err := ParseLine([]byte(text)); err == nil {
			t.Errorf("%s: accepted as %+v", text, line)
		}
	}
	if line, err := ParseLine([]byte(`{"type":"failed","error":"` + strings.Repeat("ä", 5000) + `"}`)); err != nil || len(line.Error) > maxError+3 {
		t.Errorf("%d bytes, %v", len(line.Error), err)
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add(`{"type":"log","step":3,"loss":0.5}`)
	f.Add(`{"type":"checkpoint","step":2,"dir":"checkpoints/step-2"}`)
	f.Add(`{"type":"failed","error":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		line, err := ParseLine([]byte(text))
		if err != nil {
			return
		}
		if line.Step < 0 || line.Dir != "" && !filepath.IsLocal(line.Dir) || strings.ContainsAny(line.Error, "\n\x1b") {
			t.Errorf("accepted %+v", line)
		}
	})
}
