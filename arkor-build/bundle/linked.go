package bundle

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// linked says for imports of packages of the user's own workspace which file
// they mean, where that is TypeScript: no runtime could execute it from a
// package, so it is bundled. Everything else stays an import.
type linked map[string]string

// linkedPlugin keeps the bundler from taking "a" for the beginning of every
// "a/b": what is not in the list stays an import until it is.
func (b *Bundle) linkedPlugin() api.Plugin {
	return api.Plugin{Name: "linked", Setup: func(build api.PluginBuild) {
		for specifier := range b.linked {
			filter := "^" + regexp.QuoteMeta(packageName(specifier)) + "(/|$)"
			build.OnResolve(api.OnResolveOptions{Filter: filter}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
				if b.linked[args.Path] != "" {
					return api.OnResolveResult{}, nil // the bundler follows the list
				}
				return api.OnResolveResult{Path: args.Path, External: true}, nil
			})
		}
	}}
}

// findLinked adds what the bundler's last pass left as imports, and reports
// whether that was news.
func (b *Bundle) findLinked(meta metafile) bool {
	pnp := PlugAndPlay(b.dir) != ""
	var wanted []api.ResolveOptions
	var specifiers []string
	for path, input := range meta.Inputs {
		folder := filepath.Dir(resolve(b.dir, path))
		for _, imported := range input.Imports {
			if !imported.External || b.linked[imported.Path] != "" || packageName(imported.Path) == sdkPackage {
				continue
			}
			if pnp || isLinked(folder, packageName(imported.Path)) {
				specifiers = append(specifiers, imported.Path)
				wanted = append(wanted, api.ResolveOptions{ResolveDir: folder, Kind: kinds[imported.Kind]})
			}
		}
	}
	news := false
	for i, file := range b.resolve(specifiers, wanted) {
		if isTypeScript(file) && !inNodeModules(file) {
			b.linked[specifiers[i]] = file
			news = true
		}
	}
	return news
}

var kinds = map[string]api.ResolveKind{
	"import-statement": api.ResolveJSImportStatement,
	"dynamic-import":   api.ResolveJSDynamicImport,
	"require-call":     api.ResolveJSRequireCall,
	"require-resolve":  api.ResolveJSRequireResolve,
}

// resolve asks the bundler which files it would read if packages were part of
// the bundle; "" for none.
func (b *Bundle) resolve(specifiers []string, wanted []api.ResolveOptions) []string {
	files := make([]string, len(specifiers))
	if len(specifiers) == 0 {
		return files
	}
	api.Build(api.BuildOptions{
		AbsWorkingDir: b.dir,
		Stdin:         &api.StdinOptions{},
		Bundle:        true,
		Platform:      api.PlatformNode,
		Format:        api.FormatESModule,
		LogLevel:      api.LogLevelSilent,
		Plugins: []api.Plugin{{Name: "resolve", Setup: func(build api.PluginBuild) {
			build.OnStart(func() (api.OnStartResult, error) {
				for i, specifier := range specifiers {
					if result := build.Resolve(specifier, wanted[i]); len(result.Errors) == 0 && !result.External {
						files[i] = result.Path
					}
				}
				return api.OnStartResult{}, nil
			})
		}}},
	})
	return files
}

// isLinked reports whether a package, as code in a folder finds it, is a link
// to a place that no package manager keeps packages in.
func isLinked(folder, name string) bool {
	for ; ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, "node_modules", filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			real, err := filepath.EvalSymlinks(path)
			return err == nil && !inNodeModules(real)
		}
		if folder == filepath.Dir(folder) {
			return false
		}
	}
}

func inNodeModules(path string) bool {
	return slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "node_modules")
}

func isTypeScript(path string) bool {
	switch filepath.Ext(path) {
	case ".ts", ".tsx", ".mts", ".cts":
		return true
	}
	return false
}

// packageName returns the package that an import names: "@a/b" of "@a/b/c".
func packageName(specifier string) string {
	parts := strings.SplitN(specifier, "/", 3)
	if strings.HasPrefix(specifier, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}
