package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// Home is the data folder of a backend, absolute.
type Home string

// ErrRunning means that another backend uses the data folder.
var ErrRunning = errors.New("another backend is running on this data folder")

// DefaultHome returns $ARKOR_BACKEND_HOME, or .arkor/backend in the user's home.
func DefaultHome(env cli.Env) (Home, error) {
	if home := env.Getenv("ARKOR_BACKEND_HOME"); home != "" {
		return At(env, home), nil
	}
	home, err := env.Home()
	return Home(filepath.Join(home, ".arkor", "backend")), err
}

// At returns the home at a path, which may be relative to the working directory.
func At(env cli.Env, path string) Home {
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	return Home(filepath.Clean(path))
}

func (h Home) file(name string) string { return filepath.Join(string(h), name) }

func (h Home) database() string { return h.file("backend.db") }
func (h Home) blobs() string    { return h.file("blobs") }
func (h Home) jobs() string     { return h.file("jobs") }
func (h Home) adapters() string { return h.file("adapters") }

// Log is where a detached daemon writes.
func (h Home) Log() string { return h.file("backend.log") }

// EnsureLock is the file that keeps two daemons from being started at once.
func (h Home) EnsureLock() string { return h.file("ensure.lock") }

// Make creates the folder. What is in it belongs to its owner alone.
func (h Home) Make() error {
	if err := os.MkdirAll(string(h), 0o700); err != nil {
		return cli.Hint(fmt.Errorf("data folder of the backend: %w", err), "name a folder that you may write to in ARKOR_BACKEND_HOME")
	}
	return nil
}

// Info says where a daemon is and what it is.
type Info struct {
	URL     string `json:"url"`
	PID     int    `json:"pid"`
	Version string `json:"version"`
}

func (h Home) infoFile() string { return h.file("backend.json") }

func (h Home) writeInfo(info Info) error {
	data, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(h.infoFile(), append(data, '\n'), 0o600)
}

func (h Home) removeInfo() { os.Remove(h.infoFile()) }

// Those who look whether a backend runs hold the lock for a moment.
const (
	lockPatience = time.Second
	lockPause    = 5 * time.Millisecond
)

// lock makes the caller the one backend of the folder, until the file is
// closed or its process dies, whatever the way. What an earlier one left in
// backend.json is removed.
func (h Home) lock() (*os.File, error) {
	if err := h.Make(); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(h.file("backend.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(lockPatience); ; time.Sleep(lockPause) {
		locked, err := process.TryLock(file)
		if err == nil && locked {
			break
		}
		if err == nil && time.Now().After(deadline) {
			err = ErrRunning
		}
		if err != nil {
			file.Close()
			return nil, err
		}
	}
	h.removeInfo()
	return file, nil
}

// Locked reports whether a backend has the folder. It cannot be fooled by a
// process id that was used again, or by a stranger on the port.
func (h Home) Locked() (bool, error) {
	file, err := os.OpenFile(h.file("backend.lock"), os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	free, err := process.TryShare(file)
	return !free, err
}

// Running returns what the backend of the folder wrote about itself. ok is
// false while none runs, or while it is still starting.
func (h Home) Running() (info Info, ok bool, err error) {
	locked, err := h.Locked()
	if err != nil || !locked {
		return Info{}, false, err
	}
	data, err := os.ReadFile(h.infoFile())
	if errors.Is(err, fs.ErrNotExist) {
		return Info{}, false, nil
	}
	if err != nil || json.Unmarshal(data, &info) != nil {
		return Info{}, false, err
	}
	return info, info.URL != "" && info.PID > 0, nil
}

// Token returns the owner token of the folder's backend.
func (h Home) Token() (string, error) {
	data, err := os.ReadFile(h.file("owner-token"))
	return strings.TrimSpace(string(data)), err
}

// ownerToken returns the token, made at the first start.
func (h Home) ownerToken() (string, error) {
	token, err := h.Token()
	if errors.Is(err, fs.ErrNotExist) {
		token = identity.NewToken()
		err = wholefile.Write(h.file("owner-token"), []byte(token+"\n"), 0o600)
	}
	if err == nil && token == "" {
		err = fmt.Errorf("%s is empty; remove it to get a new token", h.file("owner-token"))
	}
	return token, err
}
