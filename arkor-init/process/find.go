package process

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const windows = runtime.GOOS == "windows"

// Find returns the program called name on the PATH of an environment, or "".
// On Windows that is name with one of the endings in PATHEXT: package managers
// are name.cmd there. Relative entries of PATH are passed over, so nothing is
// run from the folder that happens to be the current one.
func Find(environ []string, name string) string {
	files := []string{name}
	if windows {
		files = withEndings(name, lookup(environ, "PATHEXT"))
	}
	for _, folder := range filepath.SplitList(lookup(environ, "PATH")) {
		if !filepath.IsAbs(folder) {
			continue
		}
		for _, file := range files {
			if path := filepath.Join(folder, file); isExecutable(path) {
				return path
			}
		}
	}
	return ""
}

func withEndings(name, pathext string) []string {
	if strings.Trim(pathext, "; ") == "" {
		pathext = ".COM;.EXE;.BAT;.CMD"
	}
	var files []string
	for _, ending := range strings.Split(pathext, ";") {
		if ending = strings.TrimSpace(ending); len(ending) > 1 && ending[0] == '.' {
			files = append(files, name+strings.ToLower(ending))
		}
	}
	return files
}

// lookup returns the last value of a variable, whose name has no case on
// Windows.
func lookup(environ []string, name string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		key, value, ok := strings.Cut(environ[i], "=")
		if ok && (key == name || windows && strings.EqualFold(key, name)) {
			return value
		}
	}
	return ""
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (windows || info.Mode()&0o111 != 0)
}
