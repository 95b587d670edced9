package tokencmd

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/vectortest"
)

// What the SDK is tested to read is what this command prints: every output of
// the vectors that is no older, newer or broken one comes out of Answer as it is.
func TestTokenVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Output string `json:"output"`
		Next   string `json:"next"`
		Now    int64  `json:"now"`
	}
	type out struct {
		Parsed       json.RawMessage `json:"parsed"`
		SameIdentity *bool           `json:"sameIdentity"`
		ExpiresSoon  *bool           `json:"expiresSoon"`
	}
	printed := map[string]bool{} // by mode
	for _, v := range vectortest.Read[in, out](t, "token-output.json") {
		var answer Answer
		decoder := json.NewDecoder(strings.NewReader(v.In.Output))
		decoder.DisallowUnknownFields()
		if decoder.Decode(&answer) != nil || answer.Mode == "" || answer.Scope != nil && answer.Scope.ProjectID == "" {
			continue
		}
		got, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, []byte(v.In.Output)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: printed %s, want %s", v.Name, got, want.Bytes())
		}
		printed[answer.Mode] = true
	}
	for _, mode := range []string{"local", "oauth", "anon", "token"} {
		if !printed[mode] {
			t.Errorf("no vector has an output of mode %s", mode)
		}
	}
}
