package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// P2: what bundles the page, stores jobs or trains is not part of the server.
func TestTheServerStaysSmall(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, dep := range strings.Fields(string(out)) {
		for _, heavy := range []string{
			"github.com/evanw/esbuild", "modernc.org/sqlite", "database/sql", "github.com/gomlx/",
			"github.com/arkorlab/arkor-go/arkor-auth", "github.com/arkorlab/arkor-go/arkor-build", "github.com/arkorlab/arkor-go/arkor-backend",
		} {
			if strings.HasPrefix(dep, heavy) {
				t.Errorf("arkor-studio links %s", dep)
			}
		}
		seen = seen || dep == "github.com/fsnotify/fsnotify"
	}
	if !seen {
		t.Error("the packages of the server were not listed")
	}
}
