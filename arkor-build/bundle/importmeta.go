package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	metaNamespace = "arkor-import-meta" // also what modules import it by
	moduleMeta    = "__arkorImportMeta" // what import.meta becomes in a module
	artifactMeta  = "__arkorArtifactMeta"

	// metaBanner saves the one import.meta that there is after bundling.
	metaBanner = "const " + artifactMeta + " = import.meta;"
)

// importMetaPlugin lets import.meta of every module describe the source file,
// so that data beside a source is found from the bundle. The path is relative
// to the artifact: the project can be moved. What the runtime offers besides
// (main, env) is the artifact's.
//
// A module that says import.meta gets an import of its own object, at its end,
// where it shifts no line and no column.
func (b *Bundle) importMetaPlugin() api.Plugin {
	return api.Plugin{Name: metaNamespace, Setup: func(build api.PluginBuild) {
		build.InitialOptions.Define = map[string]string{"import.meta": moduleMeta}
		build.OnLoad(api.OnLoadOptions{Filter: `\.[cm]?[jt]sx?$`, Namespace: "file"}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			code, err := os.ReadFile(args.Path)
			if err != nil || !usesImportMeta(code, args.Path) {
				return api.OnLoadResult{}, nil // the bundler reads it itself
			}
			contents := fmt.Sprintf("%s\nimport { meta as %s } from %q;\n", code, moduleMeta, metaNamespace)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderDefault}, nil
		})
		build.OnResolve(api.OnResolveOptions{Filter: "^" + metaNamespace + "$"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			path := filepath.ToSlash(Relative(b.folder, args.Importer))
			return api.OnResolveResult{Path: path, Namespace: metaNamespace, SideEffects: api.SideEffectsFalse}, nil
		})
		build.OnResolve(api.OnResolveOptions{Filter: "^" + metaNamespace + "/make$"}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: "make", Namespace: metaNamespace, SideEffects: api.SideEffectsFalse}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: metaNamespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			contents := makeMeta
			if args.Path != "make" {
				path, err := json.Marshal(args.Path)
				if err != nil {
					return api.OnLoadResult{}, err
				}
				contents = fmt.Sprintf("import { make } from %q;\nexport const meta = /* @__PURE__ */ make(%s);\n", metaNamespace+"/make", path)
			}
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, nil
		})
	}}
}

// makeMeta defines what import.meta becomes for the source at a path. Only what
// the runtime has itself is answered; dir, file and path are bun's.
const makeMeta = `
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export function make(path) {
  const filename = resolve(dirname(fileURLToPath(` + artifactMeta + `.url)), path);
  const url = pathToFileURL(filename).href;
  const source = {
    url, filename, dirname: dirname(filename),
    path: filename, dir: dirname(filename), file: basename(filename),
    resolve: (specifier, ...rest) => /^\.{0,2}\//.test(specifier)
      ? new URL(specifier, url).href
      : ` + artifactMeta + `.resolve(specifier, ...rest),
  };
  return new Proxy(` + artifactMeta + `, {
    get: (artifact, key) => Object.hasOwn(source, key) && key in artifact ? source[key] : artifact[key],
  });
}
`

// usesImportMeta reports whether import.meta is in the code itself, not only in
// a comment or a string. An import would turn CommonJS code into an ES
// module, so it is not enough to look at the text.
func usesImportMeta(code []byte, path string) bool {
	if !bytes.Contains(code, []byte("import")) || !bytes.Contains(code, []byte("meta")) {
		return false
	}
	result := api.Transform(string(code), api.TransformOptions{
		Loader:        loaderOf(path),
		Define:        map[string]string{"import.meta": moduleMeta},
		LegalComments: api.LegalCommentsNone,
		LogLevel:      api.LogLevelSilent,
		// Whichever kind of decorators the project has, here they only have to parse.
		TsconfigRaw: `{"compilerOptions":{"experimentalDecorators":true}}`,
	})
	return bytes.Contains(result.Code, []byte(moduleMeta))
}

func loaderOf(path string) api.Loader {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".tsx":
		return api.LoaderTSX
	case ".jsx":
		return api.LoaderJSX
	case ".ts", ".mts", ".cts":
		return api.LoaderTS
	}
	return api.LoaderJS
}
