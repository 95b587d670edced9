// Package bundle turns a project's TypeScript into the one JavaScript file that
// a runtime executes, and knows when that file is out of date.
package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Where things lie in a project, relative to its folder, with slashes.
const (
	DefaultEntry = "src/arkor/index.ts"
	Folder       = ".arkor/build"
	Artifact     = Folder + "/index.mjs"
)

// Options say what to bundle.
type Options struct {
	Dir   string // the project, absolute
	Entry string // absolute, or relative to Dir
	// Inline puts the source map into the code, for a file that is run once
	// and removed. Otherwise the code names index.mjs.map beside it.
	Inline bool
}

// Bundle is the result of bundling; nothing has been written yet.
type Bundle struct {
	Entry    string // absolute
	Code     []byte
	Map      []byte // nil when the map is in the code
	Warnings []api.Message
	SDK      SDK
	Imports  []string // packages and built-in modules that are still imports

	options Options
	started time.Time
	inputs  []string // files that were read, relative to the project's real path, with slashes
}

// Make bundles an entry. User mistakes in the code come back as an *Error,
// which holds the messages of the bundler.
func Make(options Options) (*Bundle, error) {
	entry, err := findEntry(options.Dir, options.Entry)
	if err != nil {
		return nil, err
	}
	// The bundler reports real paths; a project behind a link would otherwise
	// be described by paths that climb out of it.
	dir := realPath(options.Dir)
	b := &Bundle{Entry: entry, options: options, started: time.Now()}
	settings := b.settings(dir)
	result := api.Build(settings)
	if needsRequire(result) {
		settings.Banner = map[string]string{"js": requireBanner}
		result = api.Build(settings)
	}
	b.Warnings = result.Warnings
	if len(result.Errors) > 0 {
		return nil, &Error{Errors: result.Errors, Warnings: result.Warnings}
	}
	for _, file := range result.OutputFiles {
		if strings.HasSuffix(file.Path, ".map") {
			b.Map = file.Contents
		} else {
			b.Code = file.Contents
		}
	}
	if err := b.readMetafile(result.Metafile); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *Bundle) settings(dir string) api.BuildOptions {
	sourcemap := api.SourceMapLinked
	if b.options.Inline {
		sourcemap = api.SourceMapInline
	}
	return api.BuildOptions{
		AbsWorkingDir:  dir,
		EntryPoints:    []string{b.Entry},
		Bundle:         true,
		Platform:       api.PlatformNode,
		Format:         api.FormatESModule,
		Engines:        []api.Engine{{Name: api.EngineNode, Version: "20"}},
		Outfile:        filepath.Join(dir, filepath.FromSlash(Artifact)),
		Packages:       api.PackagesExternal,
		Sourcemap:      sourcemap,
		SourcesContent: api.SourcesContentInclude,
		Metafile:       true,
		LogLevel:       api.LogLevelSilent,
		Charset:        api.CharsetUTF8,
		Plugins:        []api.Plugin{b.sdkPlugin()},
	}
}

// requireBanner gives CommonJS code in the bundle a require for packages.
const requireBanner = `import { createRequire as __arkorRequire } from "node:module"; const require = __arkorRequire(import.meta.url);`

// needsRequire reports whether the bundler left a call of require behind. Only
// then is the name reserved, so that a "const require" of the user's own is
// renamed instead of clashing with the banner.
func needsRequire(result api.BuildResult) bool {
	for _, file := range result.OutputFiles {
		if bytes.Contains(file.Contents, []byte("\nvar __require = ")) || bytes.HasPrefix(file.Contents, []byte("var __require = ")) {
			return true
		}
	}
	return false
}

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
		return "", fmt.Errorf("the entry %s has a * in its path, which the bundler takes for a pattern", Relative(dir, path))
	}
	return path, nil
}

// NotFoundError says that there is no file to build.
type NotFoundError struct{ Entry string }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("Build entry not found: %s. Create src/arkor/index.ts or pass an explicit entry argument.", e.Entry)
}

type metafile struct {
	Inputs map[string]struct {
		Imports []struct {
			Path     string
			External bool
		}
	}
}

func (b *Bundle) readMetafile(text string) error {
	var meta metafile
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		return fmt.Errorf("read the bundler's list of inputs: %w", err)
	}
	for path, input := range meta.Inputs {
		if !strings.HasPrefix(path, sdkNamespace+":") {
			b.inputs = append(b.inputs, path)
		}
		for _, imported := range input.Imports {
			if imported.External {
				b.Imports = append(b.Imports, imported.Path)
			}
		}
	}
	return nil
}

// Hash identifies the code.
func (b *Bundle) Hash() string { return Hash(b.Code) }

// Hash returns the SHA-256 of data in hexadecimal.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// Relative shows path as seen from dir; dir itself stays absolute.
func Relative(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && rel != "." {
		return rel
	}
	return path
}
