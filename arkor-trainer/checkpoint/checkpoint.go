// Package checkpoint keeps the states of a training run in folders that appear
// whole or not at all. A checkpoint named step-N holds what the caller wrote,
// the optimizer's state, and a manifest with the hash of every file.
package checkpoint

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/train"
)

const (
	manifestFile  = "trainer_state.json"
	optimizerFile = "optimizer.safetensors"
	prefix        = "step-"
	partial       = ".partial-" // starts the name of a folder that is being written
	version       = 1
)

// manifest is written last and read first.
type manifest struct {
	Version  int               `json:"version"`
	Step     int               `json:"step"`
	Run      string            `json:"run"`
	Progress train.Progress    `json:"progress"`
	Files    map[string]string `json:"files"` // SHA-256 in hex
}

// Store is the folder of a run's checkpoints.
type Store struct {
	dir   string
	run   string
	names []string
}

// NewStore returns the store in dir, which need not exist. run identifies what
// is trained on what with which settings: a checkpoint of another run is not
// resumed. names are the trained parameters, in the order of train.State.
func NewStore(dir, run string, names []string) *Store {
	return &Store{dir: dir, run: run, names: names}
}

// Path returns the folder of a step.
func (s *Store) Path(step int) string { return filepath.Join(s.dir, prefix+strconv.Itoa(step)) }

// Save writes a checkpoint; weights writes the model's own files into the
// folder that it is given. Nothing appears under the checkpoint's name before
// all of it is on the disk. What a failed Save leaves is removed.
func (s *Store) Save(state train.State, weights func(dir string) error) error {
	err := WriteFolder(s.Path(state.Step), func(dir string) error {
		if err := weights(dir); err != nil {
			return err
		}
		if err := WriteFile(dir, optimizerFile, func(w io.Writer) error { return s.writeState(w, state) }); err != nil {
			return err
		}
		return s.writeManifest(dir, state)
	})
	if err != nil {
		return fmt.Errorf("save step %d: %w", state.Step, err)
	}
	return nil
}

func (s *Store) writeManifest(dir string, state train.State) error {
	m := manifest{Version: version, Step: state.Step, Run: s.run, Progress: state.Progress, Files: map[string]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if m.Files[entry.Name()], err = hashFile(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(dir, manifestFile, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// Checkpoint is a complete one.
type Checkpoint struct {
	Path  string
	State train.State
}

// Latest returns the checkpoint with the highest step that is whole and of this
// run, or nil. What is wrong with one that it passes over goes to warn. It also
// removes what an interrupted Save left.
func (s *Store) Latest(warn func(error)) (*Checkpoint, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), partial) {
			_ = os.RemoveAll(filepath.Join(s.dir, entry.Name()))
		}
	}
	steps, err := s.steps()
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		state, err := s.read(step)
		if err == nil {
			return &Checkpoint{Path: s.Path(step), State: state}, nil
		}
		warn(fmt.Errorf("checkpoint %s%d is not used: %w", prefix, step, err))
	}
	return nil, nil
}

func (s *Store) read(step int) (train.State, error) {
	folder := s.Path(step)
	data, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if err != nil {
		return train.State{}, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return train.State{}, fmt.Errorf("%s: %w", manifestFile, err)
	}
	switch {
	case m.Version != version:
		return train.State{}, fmt.Errorf("it is of version %d, this program writes %d", m.Version, version)
	case m.Step != step:
		return train.State{}, fmt.Errorf("it says it is of step %d", m.Step)
	case m.Run != s.run:
		return train.State{}, errors.New("it belongs to a run with another model, dataset or settings")
	case m.Files[optimizerFile] == "":
		return train.State{}, fmt.Errorf("it has no %s", optimizerFile)
	}
	for name, want := range m.Files {
		got, err := hashFile(filepath.Join(folder, name))
		if err != nil {
			return train.State{}, err
		}
		if got != want {
			return train.State{}, fmt.Errorf("%s is damaged", name)
		}
	}
	state, err := s.readState(filepath.Join(folder, optimizerFile))
	state.Step, state.Progress = m.Step, m.Progress
	return state, err
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Prune removes all checkpoints but the last few.
func (s *Store) Prune(keep int) error {
	steps, err := s.steps()
	if err != nil {
		return err
	}
	for _, step := range steps[min(keep, len(steps)):] {
		if err := os.RemoveAll(s.Path(step)); err != nil {
			return err
		}
	}
	return nil
}

// steps lists the steps that have a folder, latest first.
func (s *Store) steps() ([]int, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var steps []int
	for _, entry := range entries {
		if number, ok := strings.CutPrefix(entry.Name(), prefix); ok {
			if step, err := strconv.Atoi(number); err == nil && step > 0 {
				steps = append(steps, step)
			}
		}
	}
	slices.SortFunc(steps, func(a, b int) int { return cmp.Compare(b, a) })
	return steps, nil
}
