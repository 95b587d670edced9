package main

import (
	"os"
	"strings"
	"testing"
)

// What npm would refuse, or take for another version, is refused before
// anything is built.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3+build", "1.2.3 ", "latest", "1.2.3\n"} {
		refused(t, version, "linux-x64", "is not a version")
	}
	for _, platform := range []string{"", "linux", "linux-amd64", "windows-x64", "../linux-x64"} {
		refused(t, "1.2.3-beta.1", platform, "no platform")
	}
}

func refused(t *testing.T, version, platform, why string) {
	t.Helper()
	out := t.TempDir()
	if err := run(t.Context(), version, out, []string{platform}); err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("%q for %q: %v", version, platform, err)
	}
	if written, err := os.ReadDir(out); err != nil || len(written) > 0 {
		t.Errorf("%q for %q: %v written, %v", version, platform, written, err)
	}
}
