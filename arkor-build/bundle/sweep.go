package bundle

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// runPrefix begins the names of files and folders that are made for one run.
const runPrefix = "run-"

// leftovers are what a command that was killed leaves behind, and bundles of
// runs, which nobody removes as a runtime may be about to read them.
var leftovers = [...]struct{ folder, prefix string }{
	{".arkor", runPrefix}, // of the SDK's runTrainer
	{Folder, runPrefix},
	{Folder, ".evaluate-"},
	{Folder, ".tmp-"},
}

// sweep removes leftovers that are older than a day: no run starts that slowly.
func sweep(dir string) {
	limit := time.Now().Add(-24 * time.Hour)
	for _, kind := range leftovers {
		folder := filepath.Join(dir, filepath.FromSlash(kind.folder))
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if !strings.HasPrefix(entry.Name(), kind.prefix) {
				continue
			}
			if info, err := entry.Info(); err == nil && info.ModTime().Before(limit) {
				_ = os.RemoveAll(filepath.Join(folder, entry.Name())) // the next build tries again
			}
		}
	}
}
