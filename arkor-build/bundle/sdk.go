package bundle

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

//go:generate go run ../internal/embed

// embeddedSDK is the npm package "arkor" as one file, built from sdk/src.
//
//go:embed sdk/arkor.mjs
var embeddedSDK string

const (
	sdkPackage   = "arkor"
	sdkNamespace = "arkor-sdk" // the embedded copy's namespace in the bundler; the runner knows it in stack traces
)

// SDK says which copy of the package "arkor" a bundle uses.
type SDK struct {
	Imported bool   // whether the code imports it at all
	Path     string // folder (or Yarn's .pnp.cjs) of the installed package; "" for the embedded copy
}

// installed is the kind of every copy that is not the embedded one.
const installed = "installed"

// kind is how the record of inputs names the copy; a change of it makes an
// artifact stale.
func (s SDK) kind() string {
	switch {
	case !s.Imported:
		return ""
	case s.Path != "":
		return installed
	}
	return "embedded:" + Hash([]byte(embeddedSDK))
}

// maxManifest bounds what is read of a package.json.
const maxManifest = 1 << 20

// registryVersion finds the version in Yarn's table of packages.
var registryVersion = regexp.MustCompile(`\["` + sdkPackage + `", \[[\s\\]*\["npm:([^"]+)"`)

// Version returns the version of the installed package, or "" when there is
// none or it does not say.
func (s SDK) Version() string {
	if filepath.Ext(s.Path) == ".cjs" {
		if match := registryVersion.FindSubmatch(readAll(s.Path)); match != nil {
			return string(match[1])
		}
		return ""
	}
	data, err := wholefile.Read(filepath.Join(s.Path, "package.json"), maxManifest)
	var manifest struct{ Version string }
	if s.Path == "" || err != nil || json.Unmarshal(data, &manifest) != nil {
		return ""
	}
	return manifest.Version
}

// sdkPlugin resolves the bare import "arkor" to the embedded copy when the
// project has none installed, so that a fresh project runs with nothing
// installed. Anything below the package ("arkor/x") stays an import.
func (b *Bundle) sdkPlugin() api.Plugin {
	return api.Plugin{Name: "arkor-sdk", Setup: func(build api.PluginBuild) {
		path := installedSDK(b.dir, b.folder)
		imported := sync.OnceFunc(func() { b.SDK = SDK{Imported: true, Path: path} }) // files are read in parallel
		build.OnResolve(api.OnResolveOptions{Filter: "^arkor$"}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			imported()
			// Installing or removing the package is a change that a watch must see.
			watched := []string{filepath.Join(b.dir, "node_modules", sdkPackage, "package.json")}
			if path != "" {
				return api.OnResolveResult{Path: sdkPackage, External: true, WatchFiles: watched}, nil
			}
			// The package keeps no state at import time, so what is not used can go.
			return api.OnResolveResult{Path: "arkor.mjs", Namespace: sdkNamespace, SideEffects: api.SideEffectsFalse, WatchFiles: watched}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: sdkNamespace}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			// The copy is of this binary's release, whose version is stamped at link time.
			contents := strings.Replace(embeddedSDK, `"0.0.0-dev"`, strconv.Quote(cli.Version()), 1)
			// It looks for binaries from the artifact, for want of a place of its own.
			contents = strings.ReplaceAll(contents, "import.meta", artifactMeta)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, nil
		})
	}}
}

// installedSDK returns the package "arkor" that a runtime would find from the
// folder of a project's artifact, or "".
func installedSDK(dir, folder string) string {
	for ; ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, "node_modules", sdkPackage)
		if _, err := os.Stat(filepath.Join(path, "package.json")); err == nil {
			return path
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	if pnp := PlugAndPlay(dir); pnp != "" {
		// A key of the package registry in Yarn's table; the names of mere
		// dependencies are not followed by a bracket.
		if bytes.Contains(readAll(pnp), []byte(`["`+sdkPackage+`", [`)) {
			return pnp
		}
	}
	return ""
}

// readAll returns the content of Yarn's table, which has no upper size, or nil.
func readAll(path string) []byte {
	data, _ := os.ReadFile(path)
	return data
}

// PlugAndPlay returns the .pnp.cjs with which Yarn replaces node_modules for
// this project, or "".
func PlugAndPlay(dir string) string {
	for folder := realPath(dir); ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, ".pnp.cjs")
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if folder == filepath.Dir(folder) {
			return ""
		}
	}
}
