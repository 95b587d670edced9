package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The committed files are what the sources make.
func TestCommittedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	const module = "../.."
	for _, target := range targets {
		t.Run(target.output, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(module, target.entry)); err != nil {
				t.Skipf("the sources are not here: %v", err)
			}
			want, err := target.build(module)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(module, target.output))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is out of date: run `go generate ./bundle` in arkor-build", target.output)
			}
		})
	}
}
