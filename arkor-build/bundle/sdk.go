package bundle

import (
	_ "embed"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/arkorlab/arkor-go/shared/cli"
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

// sdkPlugin resolves the bare import "arkor" to the embedded copy when the
// project has none installed, so that a fresh project runs with nothing
// installed. Anything below the package ("arkor/x") stays an import.
func (b *Bundle) sdkPlugin() api.Plugin {
	return api.Plugin{Name: "arkor-sdk", Setup: func(build api.PluginBuild) {
		path := InstalledSDK(b.options.Dir)
		build.OnResolve(api.OnResolveOptions{Filter: "^arkor$"}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			b.SDK = SDK{Imported: true, Path: path}
			if path != "" {
				return api.OnResolveResult{Path: sdkPackage, External: true}, nil
			}
			// The package keeps no state at import time, so what is not used can go.
			return api.OnResolveResult{Path: "arkor.mjs", Namespace: sdkNamespace, SideEffects: api.SideEffectsFalse}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: sdkNamespace}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			// The copy is of this binary's release, whose version is stamped at link time.
			contents := strings.Replace(embeddedSDK, `"0.0.0-dev"`, strconv.Quote(cli.Version()), 1)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, nil
		})
	}}
}

// InstalledSDK returns the package "arkor" that a runtime would find from the
// artifact's folder, or "".
func InstalledSDK(dir string) string {
	for folder := filepath.Join(realPath(dir), filepath.FromSlash(Folder)); ; folder = filepath.Dir(folder) {
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
		if table, err := os.ReadFile(pnp); err == nil && strings.Contains(string(table), `["`+sdkPackage+`", [`) {
			return pnp
		}
	}
	return ""
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
