package packagemanager

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

const immutable = "YARN_ENABLE_IMMUTABLE_INSTALLS"

// environment is what an install in dir runs with. Dependencies for development
// are wanted, advertisements are not.
func environment(m Manager, dir string, environ []string) []string {
	environ = slices.Clone(environ)
	if m == Yarn {
		environ = lockable(dir, environ)
	}
	return append(environ, "ADBLOCK=1", "NODE_ENV=development", "DISABLE_OPENCOLLECTIVE=1")
}

// lockable lets yarn write the first lockfile of a project, which it refuses to
// in CI. Where one exists a refusal to change it is the owner's choice, and all
// other values are what we or they wrote for the first install.
func lockable(dir string, environ []string) []string {
	locked := slices.ContainsFunc(upwards(dir), func(folder string) bool {
		_, err := os.Stat(filepath.Join(folder, "yarn.lock"))
		return err == nil
	})
	all := cli.Env{Environ: environ}
	environ = slices.DeleteFunc(environ, func(pair string) bool {
		key, _, _ := strings.Cut(pair, "=")
		if !strings.EqualFold(key, immutable) {
			return false
		}
		value := strings.ToLower(all.Getenv(key)) // the last one of this spelling is in force
		return !locked || slices.Contains([]string{"", "false", "0", "no"}, value)
	})
	if !locked {
		environ = append(environ, immutable+"=false")
	}
	return environ
}

// upwards lists dir and the folders that it lies in, from the inside out.
func upwards(dir string) []string {
	folders := []string{dir}
	for {
		parent := filepath.Dir(dir)
		if parent == dir {
			return folders
		}
		folders = append(folders, parent)
		dir = parent
	}
}
