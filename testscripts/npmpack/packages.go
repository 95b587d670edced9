package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// developmentVersion is the one in the sources.
const developmentVersion = "0.0.0-dev"

// platform has the names of Node.js.
type platform struct{ os, cpu string }

var platforms = []platform{
	{"linux", "x64"}, {"linux", "arm64"},
	{"darwin", "x64"}, {"darwin", "arm64"},
	{"win32", "x64"}, {"win32", "arm64"},
}

func (p platform) name() string { return p.os + "-" + p.cpu }

func platformNamed(name string) (platform, error) {
	i := slices.IndexFunc(platforms, func(p platform) bool { return p.name() == name })
	if i < 0 {
		return platform{}, fmt.Errorf("no platform %q: they are %v", name, platforms)
	}
	return platforms[i], nil
}

func (p platform) pkg() string { return "@arkor/" + p.name() }

func (p platform) String() string { return p.name() }

// environ selects the platform in the words of Go.
func (p platform) environ() []string {
	goos, goarch := p.os, p.cpu
	if goos == "win32" {
		goos = "windows"
	}
	if goarch == "x64" {
		goarch = "amd64"
	}
	return []string{"GOOS=" + goos, "GOARCH=" + goarch}
}

// manifest is a package.json. A field that it does not know is an error, since
// it would not be published.
type manifest struct {
	Name                 string            `json:"name"`
	Version              string            `json:"version"`
	Description          string            `json:"description"`
	OS                   []string          `json:"os,omitempty"`
	CPU                  []string          `json:"cpu,omitempty"`
	PreferUnplugged      bool              `json:"preferUnplugged,omitempty"` // a program in a zip file cannot be run
	Type                 string            `json:"type,omitempty"`
	Engines              map[string]string `json:"engines,omitempty"`
	Bin                  map[string]string `json:"bin,omitempty"`
	SideEffects          *bool             `json:"sideEffects,omitempty"`
	Exports              json.RawMessage   `json:"exports,omitempty"` // whose order counts
	Files                []string          `json:"files"`
	OptionalDependencies map[string]string `json:"optionalDependencies,omitempty"`

	// For work on the package; never published.
	Scripts         map[string]string `json:"scripts,omitempty"`
	DevDependencies map[string]string `json:"devDependencies,omitempty"`
}

// published returns the manifest of a package in the sources as the registry
// gets it: with the version of this release and the packages of programs that
// belong to it.
func published(source, version string) (manifest, error) {
	data, err := os.ReadFile(source)
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return manifest{}, fmt.Errorf("%s: %w", source, err)
	}
	m.Version, m.Scripts, m.DevDependencies = version, nil, nil
	m.OptionalDependencies = map[string]string{}
	for _, p := range platforms {
		m.OptionalDependencies[p.pkg()] = version
	}
	return m, nil
}

// elsewhere are the pages that stay with the sources, for the package has to be
// small: those for people who work on the tool, ship it or run a server for
// others, and those that not every project needs.
var elsewhere = []string{
	"architecture.md", "backend-api.md", "benchmarks.md", "endpoints.md", "export.md", "jobs.md", "packaging.md", "signing-in.md",
	"start-json.md", "structured-outputs.md", "studio.md", "studio-api.md", "team-server.md", "telemetry.md",
}

// publishedPages is where they can be read.
const publishedPages = "https://github.com/arkorlab/arkor-go/blob/main/docs/"

func writeArkor(ctx context.Context, dir, version string) error {
	m, err := published("sdk/package.json", version)
	if err != nil {
		return err
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		return err
	}
	pages = slices.DeleteFunc(pages, func(path string) bool { return slices.Contains(elsewhere, filepath.Base(path)) })
	f := newFolder(dir)
	f.manifest(m)
	f.copy("", "sdk/README.md")
	f.copy("bin", "sdk/bin/arkor.cjs", "sdk/bin/launch.cjs")
	for _, page := range pages {
		f.copyPage("docs", page)
	}
	// One file loads faster than dozens; it is also what a project without
	// this package runs.
	f.copyAs("dist/index.js", "arkor-build/bundle/sdk/arkor.mjs")
	f.stamp("dist/index.js", version)
	f.run(ctx, "sdk", nil, "npm", "exec", "--", "tsc", "-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", filepath.Join(dir, "dist"))
	f.keepReachable("dist", "index.d.ts")
	return f.err
}

func writeCreateArkor(dir, version string) error {
	m, err := published("sdk/create-arkor/package.json", version)
	if err != nil {
		return err
	}
	f := newFolder(dir)
	f.manifest(m)
	f.copy("", "sdk/create-arkor/README.md")
	f.copy("bin", "sdk/bin/create-arkor.cjs", "sdk/bin/launch.cjs")
	return f.err
}

const platformReadme = `# %s

The programs of [Arkor](https://github.com/arkorlab/arkor-go) for %s on %s. The package "arkor" installs the one for
your machine; there is nothing in it to use by hand.
`

func writePlatform(ctx context.Context, dir string, p platform, version string) error {
	f := newFolder(dir)
	f.manifest(manifest{
		Name: p.pkg(), Version: version, Description: fmt.Sprintf("The programs of arkor for %s on %s", p.os, p.cpu),
		OS: []string{p.os}, CPU: []string{p.cpu}, PreferUnplugged: true, Files: []string{"bin"},
	})
	f.write("README.md", fmt.Appendf(nil, platformReadme, p.pkg(), p.os, p.cpu))
	f.run(ctx, ".", p.environ(), "make", "--no-print-directory", "build", "VERSION="+version, "BIN="+filepath.Join(dir, "bin"))
	return f.err
}
