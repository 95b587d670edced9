package bundle

import (
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// runPrefix begins the names of bundles that are made for one run.
const runPrefix = "run-"

// leftovers are what a command that was killed leaves in the build folder, and
// bundles of runs, which nobody removes as a runtime may be about to read them.
var leftovers = regexp.MustCompile(`^(` + runPrefix + `|\.evaluate-|\.tmp-)`)

// sweep removes leftovers that are older than a day from a project's build
// folder: no run starts that slowly.
func sweep(dir string) {
	folder := filepath.Join(dir, filepath.FromSlash(Folder))
	limit := time.Now().Add(-24 * time.Hour)
	entries, _ := os.ReadDir(folder) // the next build tries again
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && info.ModTime().Before(limit) && leftovers.MatchString(entry.Name()) {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}
