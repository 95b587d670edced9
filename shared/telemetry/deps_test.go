package telemetry

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What nobody types, and what runs beside the user's data, holds no code that
// could count anything; the front door leaves it to the binary behind it.
func TestWhoCanSendEvents(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.work")); err != nil {
		t.Skip("this module stands alone: the others cannot be looked at")
	}
	for binary, sends := range map[string]bool{
		"arkor": false, "arkor-backend": false, "arkor-trainer": false,
		"arkor-init": true, "arkor-build": true, "arkor-auth": true, "arkor-studio": true,
	} {
		cmd := exec.Command("go", "list", "-deps", "./"+binary)
		cmd.Dir, cmd.Stderr = root, os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		deps := strings.Fields(string(out))
		for _, dep := range []string{"github.com/posthog/posthog-go", "github.com/arkorlab/arkor-go/shared/telemetry"} {
			if slices.Contains(deps, dep) != sends {
				t.Errorf("%s depends on %s: %v, want %v", binary, dep, !sends, sends)
			}
		}
	}
}
