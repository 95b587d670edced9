// Package bundle turns a project's TypeScript into the one JavaScript file that
// a runtime executes, and knows when that file is out of date.
package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/evanw/esbuild/pkg/api"
)

// Where things lie in a project, relative to its folder, with slashes.
const (
	DefaultEntry = "src/arkor/index.ts"
	Folder       = ".arkor/build"
	Artifact     = Folder + "/" + artifactName

	artifactName = "index.mjs"
)

// Options say what to bundle.
type Options struct {
	Dir    string // the project, absolute
	Entry  string // absolute, or relative to Dir
	OutDir string // folder of the artifact, absolute; "" for the project's own
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
	Imports  []string // packages and built-in modules that Inputs still import
	Inputs   []string // files that were read, relative to the project's real path, with slashes

	options Options
	dir     string // the project's real path
	folder  string // the artifact's, real as far as it exists
	started time.Time
	linked  linked
}

// Make bundles an entry. User mistakes in the code come back as an *Error,
// which holds the messages of the bundler.
func Make(options Options) (*Bundle, error) {
	b, err := newBundle(options)
	if err != nil {
		return nil, err
	}
	return b, b.make()
}

func newBundle(options Options) (*Bundle, error) {
	entry, err := findEntry(options.Dir, options.Entry)
	if err != nil {
		return nil, err
	}
	folder := options.OutDir
	if folder == "" {
		folder = filepath.Join(options.Dir, filepath.FromSlash(Folder))
	}
	return &Bundle{
		Entry: entry, options: options, started: time.Now(), linked: linked{},
		// The bundler reports real paths; a project behind a link would
		// otherwise be described by paths that climb out of it.
		dir: realPath(options.Dir), folder: realPath(folder),
	}, nil
}

// make runs the bundler until nothing that it finds out asks for other settings.
func (b *Bundle) make() error {
	banner := ""
	if installedSDK(b.dir, b.folder) == "" {
		banner = metaBanner // the embedded copy asks for it, where it is imported
	}
	for {
		settings := b.settings()
		settings.Plugins = append(settings.Plugins, b.importMetaPlugin())
		if banner != "" {
			settings.Banner = map[string]string{"js": banner}
		}
		result := api.Build(settings)
		b.Warnings = result.Warnings
		if len(result.Errors) > 0 {
			return &Error{Errors: result.Errors, Warnings: result.Warnings}
		}
		for _, file := range result.OutputFiles {
			if strings.HasSuffix(file.Path, ".map") {
				b.Map = file.Contents
			} else {
				b.Code = file.Contents
			}
		}
		var meta metafile
		if err := json.Unmarshal([]byte(result.Metafile), &meta); err != nil {
			return fmt.Errorf("read the bundler's list of inputs: %w", err)
		}
		needed := bannerFor(bytes.TrimPrefix(b.Code, []byte(banner)))
		if !b.findLinked(meta) && needed == banner {
			b.readInputs(meta)
			return nil
		}
		banner = needed
	}
}

func (b *Bundle) settings() api.BuildOptions {
	sourcemap := api.SourceMapLinked
	if b.options.Inline {
		sourcemap = api.SourceMapInline
	}
	return api.BuildOptions{
		AbsWorkingDir:  b.dir,
		EntryPoints:    []string{b.Entry},
		Bundle:         true,
		Platform:       api.PlatformNode,
		Format:         api.FormatESModule,
		Engines:        []api.Engine{{Name: api.EngineNode, Version: "20"}},
		Outfile:        filepath.Join(b.folder, artifactName),
		Packages:       api.PackagesExternal,
		Alias:          b.linked,
		Sourcemap:      sourcemap,
		SourcesContent: api.SourcesContentInclude,
		Metafile:       true,
		LogLevel:       api.LogLevelSilent,
		Charset:        api.CharsetUTF8,
		Plugins:        []api.Plugin{b.sdkPlugin(), b.linkedPlugin()},
	}
}

// bannerFor returns what the code needs in front of it that the bundler must
// not see: it would reserve the name "require", so that a "const require" of
// the user's own is renamed, and replace import.meta.
func bannerFor(code []byte) string {
	var parts []string
	if bytes.Contains(code, []byte("\nvar __require = ")) || bytes.HasPrefix(code, []byte("var __require = ")) {
		parts = append(parts, requireBanner)
	}
	if bytes.Contains(code, []byte(artifactMeta)) {
		parts = append(parts, metaBanner)
	}
	return strings.Join(parts, " ")
}

// requireBanner gives CommonJS code in the bundle a require for packages.
const requireBanner = `import { createRequire as __arkorRequire } from "node:module"; const require = __arkorRequire(import.meta.url);`

type metafile struct {
	Inputs map[string]struct {
		Imports []imported
	}
}

type imported struct {
	Path     string
	Kind     string
	External bool
}

func (b *Bundle) readInputs(meta metafile) {
	b.Inputs, b.Imports = nil, nil
	for path, input := range meta.Inputs {
		if strings.HasPrefix(path, sdkNamespace+":") || strings.HasPrefix(path, metaNamespace+":") {
			continue
		}
		b.Inputs = append(b.Inputs, path)
		for _, imported := range input.Imports {
			if imported.External {
				b.Imports = append(b.Imports, imported.Path)
			}
		}
	}
	slices.Sort(b.Inputs)
}

// Elapsed is the time since the bundler began.
func (b *Bundle) Elapsed() time.Duration { return time.Since(b.started) }

// Hash identifies the code.
func (b *Bundle) Hash() string { return Hash(b.Code) }

// ArtifactHash identifies the artifact that a build would write, also where the
// map is in the code.
func (b *Bundle) ArtifactHash() string {
	const name = "//# sourceMappingURL="
	if i := bytes.LastIndex(b.Code, []byte(name)); b.options.Inline && i >= 0 {
		return Hash(append(slices.Clip(b.Code[:i]), name+artifactName+".map\n"...))
	}
	return b.Hash()
}

// EntryInput is Entry as it stands among Inputs.
func (b *Bundle) EntryInput() string { return filepath.ToSlash(Relative(b.dir, realPath(b.Entry))) }

// Path returns where one of Inputs lies.
func (b *Bundle) Path(input string) string { return resolve(b.dir, input) }

// Hash returns the SHA-256 of data in hexadecimal.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// realPath follows the links in the part of a path that exists.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(realPath(parent), filepath.Base(path))
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
