// Command embed makes the JavaScript that arkor-build carries: the SDK as one
// file, for projects without an installed copy, and the runner. It is run by
// go generate; the results are committed, so building needs nothing of it.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// target is one committed file and the sources that it is made of. Paths are
// relative to the folder of the module.
type target struct {
	entry, output, banner string
	lineLimit             int // packs the code into lines of this length, which makes the npm package smaller; 0 leaves it
}

var targets = []target{
	{"../sdk/src/index.ts", "bundle/sdk/arkor.mjs", "// Code generated from sdk/src by go generate. DO NOT EDIT.", 120},
	{"runner/js/main.mjs", "runner/runner.mjs", "// Code generated from runner/js by go generate. DO NOT EDIT.", 0},
}

func main() {
	module := ".." // go generate runs in the folder of the package that asks for it
	for _, t := range targets {
		code, err := t.build(module)
		if err == nil {
			err = os.WriteFile(filepath.Join(module, t.output), code, 0o644)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "embed: %s: %v\n", t.output, err)
			os.Exit(1)
		}
	}
}

// build bundles the sources below the module's folder.
func (t target) build(module string) ([]byte, error) {
	dir, err := filepath.Abs(module)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: dir,
		EntryPoints:   []string{filepath.Join(dir, t.entry)},
		Outfile:       filepath.Join(dir, t.output),
		Bundle:        true,
		Platform:      api.PlatformNode,
		Format:        api.FormatESModule,
		Target:        api.ES2022,
		Charset:       api.CharsetUTF8,
		Banner:        map[string]string{"js": t.banner},
		LegalComments: api.LegalCommentsNone,

		MinifyWhitespace: t.lineLimit > 0,
		LineLimit:        t.lineLimit,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("%s", result.Errors[0].Text)
	}
	return result.OutputFiles[0].Contents, nil
}
