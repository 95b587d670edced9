// Command npmpack makes the npm packages: "arkor" with the SDK, its manual and
// a launcher, one package of programs for each platform, and "create-arkor". It
// works at the root of the repository: docs/packaging.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	version := flag.String("version", developmentVersion, "version of all packages and programs")
	out := flag.String("out", "dist/npm", "folder for the packages and their tarballs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *version, *out, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "npmpack: %v\n", err)
		os.Exit(1)
	}
}

// semver matches the versions that npm takes. It would drop build metadata.
var semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)

func run(ctx context.Context, version, out string, names []string) error {
	if !semver.MatchString(version) {
		return fmt.Errorf("%q is not a version for npm: write 1.2.3 or 1.2.3-beta.1", version)
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var wanted []platform
	for _, name := range names {
		p, err := platformNamed(name)
		if err != nil {
			return err
		}
		wanted = append(wanted, p)
	}
	packages := []string{"arkor", "create-arkor"}
	if err := writeArkor(ctx, filepath.Join(out, "arkor"), version); err != nil {
		return err
	}
	if err := writeCreateArkor(filepath.Join(out, "create-arkor"), version); err != nil {
		return err
	}
	for _, p := range wanted {
		started := time.Now()
		if err := writePlatform(ctx, filepath.Join(out, p.name()), p, version); err != nil {
			return fmt.Errorf("%s: %w", p.name(), err)
		}
		fmt.Fprintf(os.Stderr, "built %s in %.0f s\n", p.name(), time.Since(started).Seconds())
		packages = append(packages, p.name())
	}
	return pack(ctx, out, packages)
}

// pack makes a tarball of each package, as "npm publish" would, and lists them.
func pack(ctx context.Context, out string, packages []string) error {
	args := []string{"pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", out}
	for _, name := range packages {
		if err := setModes(filepath.Join(out, name)); err != nil {
			return err
		}
		args = append(args, "./"+name)
	}
	cmd := exec.CommandContext(ctx, "npm", args...)
	cmd.Dir, cmd.Stderr = out, os.Stderr
	tarballs, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("npm pack: %w", err)
	}
	for _, name := range strings.Fields(string(tarballs)) {
		info, err := os.Stat(filepath.Join(out, name))
		if err != nil {
			return err
		}
		fmt.Printf("%9.1f KB  %s\n", float64(info.Size())/1000, filepath.Join(out, name))
	}
	return nil
}

// setModes makes the tarball independent of this user's umask. npm settles
// owners, times and the order of the files.
func setModes(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if entry.IsDir() || filepath.Base(filepath.Dir(path)) == "bin" {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
}
