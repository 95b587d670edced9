// Command embed bundles the sources of the page into the files that the server
// carries. It is run by go generate, after npm ci in ui; the results are
// committed, so building the server needs neither node nor a bundler.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	module := ".." // go generate runs in the folder of the package that asks for it
	if err := write(module); err != nil {
		fmt.Fprintf(os.Stderr, "embed: %v\n", err)
		os.Exit(1)
	}
}

func write(module string) error {
	files, err := build(module)
	if err != nil {
		return err
	}
	dist := filepath.Join(module, "web", "dist")
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(dist, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// build returns the files of the page by their names: what the sources of the
// module make, under names with a hash of their content, and the page that
// refers to them.
func build(module string) (map[string][]byte, error) {
	ui, err := filepath.Abs(filepath.Join(module, "ui"))
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: ui,
		EntryPoints:   []string{"src/app.tsx", "src/theme.ts"},
		EntryNames:    "[name]-[hash]",
		AssetNames:    "[name]-[hash]",
		Outdir:        filepath.Join(ui, "dist", "assets"), // nothing is written there
		Bundle:        true,
		Platform:      api.PlatformBrowser,
		Format:        api.FormatIIFE,
		Target:        api.ES2022,
		Charset:       api.CharsetUTF8,
		JSX:           api.JSXAutomatic, JSXImportSource: "preact",
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		LegalComments: api.LegalCommentsNone,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), ""))
	}
	page, err := os.ReadFile(filepath.Join(ui, "index.html"))
	if err != nil {
		return nil, err
	}
	icon, err := os.ReadFile(filepath.Join(ui, "favicon.svg"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"favicon.svg": icon}
	for _, output := range result.OutputFiles {
		name := filepath.Base(output.Path)
		files["assets/"+name] = output.Contents
		base, _, _ := strings.Cut(name, "-")
		mark := "{" + base + filepath.Ext(name) + "}"
		if bytes.Count(page, []byte(mark)) != 1 {
			return nil, fmt.Errorf("index.html does not hold %s once", mark)
		}
		page = bytes.ReplaceAll(page, []byte(mark), []byte("/assets/"+name))
	}
	files["index.html"] = page
	return files, nil
}
