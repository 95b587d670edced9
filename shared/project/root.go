package project

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// markers are files that only a project's own folder has. A folder called
// .arkor is none: there is one in every home.
var markers = [...]string{
	"src/arkor/index.ts",
	"arkor.config.ts", "arkor.config.mts", "arkor.config.js", "arkor.config.mjs",
	Folder + "/build/index.mjs", StateFile, LocalFile,
}

// Marked reports whether dir is the folder of a project.
func Marked(dir string) bool {
	for _, marker := range markers {
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(marker))); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// Root returns the folder of the project that dir lies in: dir itself, or the
// nearest folder above it with a file that marks a project. Where there is none
// it is dir.
//
// A file above dir that belongs to somebody else marks nothing, since the code
// of a project is run: anybody may write to /tmp.
func Root(dir string) string {
	start, err := os.Stat(dir)
	if err != nil {
		return dir
	}
	for folder := dir; ; folder = filepath.Dir(folder) {
		for _, marker := range markers {
			info, err := os.Stat(filepath.Join(folder, filepath.FromSlash(marker)))
			if err == nil && info.Mode().IsRegular() && (folder == dir || sameOwner(start, info)) {
				return folder
			}
		}
		if folder == filepath.Dir(folder) {
			return dir
		}
	}
}

// Enter returns env with the project's folder as its directory, and says on
// stderr when that is another one than the user is in. name is the command's.
func Enter(env cli.Env, name string) cli.Env {
	root := Root(env.Dir)
	if root != env.Dir {
		shown := root
		if relative, err := filepath.Rel(env.Dir, root); err == nil {
			shown = relative
		}
		fmt.Fprintf(env.Stderr, "%s: the project is in %s\n", name, shown)
		env.Dir = root
	}
	return env
}
