package bundle

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// findEntry returns the absolute path of an entry that is a file.
func findEntry(dir, entry string) (string, error) {
	if entry == "" {
		return "", cli.Usagef("the entry is an empty string")
	}
	path := filepath.FromSlash(entry)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &NotFoundError{path}
	case err != nil:
		return "", fmt.Errorf("read the entry: %w", err)
	case info.IsDir():
		err := fmt.Errorf("the entry %s is a folder", Relative(dir, path))
		if _, missing := os.Stat(filepath.Join(path, "index.ts")); missing == nil {
			return "", cli.Hint(err, "name the file: %s", Relative(dir, filepath.Join(path, "index.ts")))
		}
		return "", cli.Hint(err, "name the TypeScript file that exports the trainer")
	case strings.Contains(path, "*"):
		return "", fmt.Errorf("%s has a * in its path, which the bundler takes for a pattern", path)
	}
	return path, nil
}

// NotFoundError says that there is no file to build.
type NotFoundError struct{ Entry string }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("Build entry not found: %s. Create src/arkor/index.ts or pass an explicit entry argument.", e.Entry)
}

// IsDefault reports whether an entry is the one that a build without an entry
// takes, by whichever way it is named.
func IsDefault(dir, entry string) bool {
	return realPath(resolve(dir, entry)) == realPath(resolve(dir, DefaultEntry))
}
