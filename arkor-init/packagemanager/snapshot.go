package packagemanager

import (
	"os"
	"path/filepath"
	"time"
)

var lockfiles = [...]string{"package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"}

// snapshot is what installs have left in a folder and above it.
type snapshot struct {
	lockfile string // the nearest; "" when there is none
	depth    int    // how many folders above dir it lies
	written  time.Time
	modules  map[string]time.Time // each node_modules
}

func take(dir string) snapshot {
	s := snapshot{modules: map[string]time.Time{}}
	for depth, folder := range upwards(dir) {
		if modules := filepath.Join(folder, "node_modules"); isFolder(modules) {
			s.modules[modules] = modified(modules)
		}
		if s.lockfile != "" && s.depth < depth {
			continue
		}
		// Of several in one folder the last one written is the one in use.
		for _, name := range lockfiles {
			path := filepath.Join(folder, name)
			if at := modified(path); !at.IsZero() && (s.lockfile == "" || at.After(s.written)) {
				s.lockfile, s.depth, s.written = path, depth, at
			}
		}
	}
	return s
}

// landed reports whether an install between two snapshots has left both a
// lockfile and packages, whatever it said about itself.
func landed(before, after snapshot) bool {
	return locked(before, after) && populated(before, after)
}

func locked(before, after snapshot) bool {
	switch {
	case after.lockfile == "":
		return false
	case before.lockfile == "" || after.depth < before.depth:
		return true
	}
	return after.depth == before.depth && after.written.After(before.written)
}

func populated(before, after snapshot) bool {
	for path, at := range after.modules {
		if was, ok := before.modules[path]; !ok || at.After(was) {
			return true
		}
	}
	return false
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// modified returns the zero time for a path at which nothing is.
func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
