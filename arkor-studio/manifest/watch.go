package manifest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// maxFolders bounds how many folders are watched: the system has few watches
	// for all programs of a user.
	maxFolders = 512
	// quiet is how long nothing may change before a change counts as complete.
	quiet = 25 * time.Millisecond
	// longest is when it counts in any case.
	longest = 250 * time.Millisecond
)

// Change is what may be different now.
type Change struct {
	Sources bool // the manifest
	State   bool // who we are, or which project this is
}

// Watch calls changed after each change of a file that matters, until ctx ends.
// dir is the project; home holds the user's .arkor, "" for none. From files come
// lists of other files that matter, each in the place of the one before. partial
// hears once that some folders are not watched.
func Watch(ctx context.Context, dir, home string, files <-chan []string, changed func(Change), partial func()) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watcher.Close()
	w := &watch{watcher: watcher, dir: dir, partial: partial}
	if home != "" {
		w.home = filepath.Join(home, ".arkor")
	}
	if err := w.begin(); err != nil {
		return err
	}
	var pending Change
	var first time.Time
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case list := <-files:
			w.follow(list)
		case event, ok := <-watcher.Events:
			if !ok {
				return errors.New("the watcher ended")
			}
			change := w.see(event)
			if change == (Change{}) {
				continue
			}
			if pending == (Change{}) {
				first = time.Now()
			}
			pending.Sources = pending.Sources || change.Sources
			pending.State = pending.State || change.State
			timer.Reset(max(0, min(quiet, longest-time.Since(first))))
		case err, ok := <-watcher.Errors:
			if !ok {
				return errors.New("the watcher ended")
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) { // anything may have changed
				pending = Change{true, true}
				timer.Reset(quiet)
			}
		case <-timer.C:
			if pending != (Change{}) {
				changed(pending)
				pending = Change{}
			}
		}
	}
}

type watch struct {
	watcher *fsnotify.Watcher
	dir     string
	home    string
	partial func()
	told    bool

	others  map[string]bool // files that matter wherever they lie
	folders map[string]bool // that are watched for those alone
}

// follow watches other files: paths with slashes, relative to the project's real
// path or absolute.
func (w *watch) follow(files []string) {
	real, err := filepath.EvalSymlinks(w.dir)
	if err != nil {
		return // the project is gone
	}
	w.others = map[string]bool{}
	folders := map[string]bool{}
	for _, name := range files {
		path := filepath.FromSlash(name)
		switch {
		case filepath.IsLocal(path):
			path = filepath.Join(w.dir, path)
		case !filepath.IsAbs(path):
			path = filepath.Join(real, path)
		}
		w.others[path] = true
		folder := filepath.Dir(path)
		switch list := w.watcher.WatchList(); {
		case folders[folder]:
		case slices.Contains(list, folder):
			if w.folders[folder] {
				folders[folder] = true
			}
		case len(list) >= maxFolders:
			w.tell()
		case w.watcher.Add(folder) == nil: // it may be gone
			folders[folder] = true
		}
	}
	for folder := range w.folders {
		if !folders[folder] {
			_ = w.watcher.Remove(folder)
		}
	}
	w.folders = folders
}

// builtRecord is what arkor-build leaves beside an artifact.
const builtRecord = "index.mjs.inputs.json"

func (w *watch) builds() string { return filepath.Join(w.dir, ".arkor", "build") }

func (w *watch) begin() error {
	if err := w.watcher.Add(w.dir); err != nil {
		return err
	}
	for _, folder := range []string{filepath.Join(w.dir, ".arkor"), w.builds(), w.home} {
		if folder != "" {
			_ = w.watcher.Add(folder) // it may not be there yet
		}
	}
	w.below(filepath.Join(w.dir, "src"))
	return nil
}

// below watches a folder with all folders in it.
func (w *watch) below(root string) {
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return nil
		case path != root && ignored(entry.Name()):
			return filepath.SkipDir
		case len(w.watcher.WatchList()) >= maxFolders:
			w.tell()
			return filepath.SkipAll
		}
		if err := w.watcher.Add(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.tell()
			return filepath.SkipAll
		}
		return nil
	})
}

func (w *watch) tell() {
	if !w.told {
		w.told = true
		w.partial()
	}
}

func ignored(name string) bool {
	return name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~")
}

// see says what an event means, and follows folders that appear.
func (w *watch) see(event fsnotify.Event) Change {
	folder, name := filepath.Split(filepath.Clean(event.Name))
	folder = filepath.Clean(folder)
	appeared := event.Has(fsnotify.Create)
	switch {
	case event.Op == fsnotify.Chmod:
		return Change{}
	case w.others[filepath.Join(folder, name)]:
		return Change{Sources: true}
	case w.folders[folder]:
		return Change{}
	case folder == w.home && folder != "":
		return Change{State: name == "credentials.json"}
	case folder == w.builds():
		// A plain start runs what was built last.
		return Change{Sources: name == builtRecord}
	case folder == filepath.Join(w.dir, ".arkor"):
		if name == "build" && appeared {
			_ = w.watcher.Add(event.Name)
		}
		return Change{State: name == "state.json" || name == "local.json"}
	case folder == w.dir:
		switch {
		case name == ".arkor" && appeared:
			_ = w.watcher.Add(event.Name)
			_ = w.watcher.Add(w.builds())
			return Change{State: true}
		case name == "src":
			if appeared {
				w.below(event.Name)
			}
			return Change{Sources: true}
		case strings.HasPrefix(name, "arkor.config."):
			return Change{Sources: true, State: true}
		}
		return Change{Sources: name == "package.json" || strings.HasPrefix(name, "tsconfig") && strings.HasSuffix(name, ".json")}
	case ignored(name):
		return Change{}
	}
	if info, err := os.Stat(event.Name); appeared && err == nil && info.IsDir() {
		w.below(event.Name)
	}
	return Change{Sources: true}
}
