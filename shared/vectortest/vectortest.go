// Package vectortest reads sdk/vectors, which the tests of the SDK run too: what
// Go and TypeScript have to agree on.
package vectortest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Case is one case of a file.
type Case[In, Out any] struct {
	Name string `json:"name"`
	In   In     `json:"in"`
	Out  Out    `json:"out"`
}

// Read returns the cases of a file. A key that In or Out lacks ends the test, so
// that a vector cannot grow what nobody checks.
func Read[In, Out any](t testing.TB, file string) []Case[In, Out] {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder(t), file))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Version int             `json:"version"`
		Cases   []Case[In, Out] `json:"cases"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil || all.Version != 1 || len(all.Cases) == 0 {
		t.Fatalf("%s: version %d, %d cases, %v", file, all.Version, len(all.Cases), err)
	}
	return all.Cases
}

// folder looks for sdk/vectors above the package under test.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		vectors := filepath.Join(dir, "sdk", "vectors")
		if info, err := os.Stat(vectors); err == nil && info.IsDir() {
			return vectors
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("there is no sdk/vectors above this package")
		}
		dir = parent
	}
}
