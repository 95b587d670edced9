package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/arkorlab/arkor-go/arkor-trainer/safetensors"
	"github.com/arkorlab/arkor-go/arkor-trainer/train"
)

// Tensors in the optimizer's file: this and the parameter's name.
const (
	firstMoment  = "m."
	secondMoment = "v."
	bestSoFar    = "best." // where the parameters themselves are no longer it
)

func (s *Store) writeState(w io.Writer, state train.State) error {
	var tensors []safetensors.Tensor
	for i, name := range s.names {
		tensors = append(tensors,
			safetensors.Tensor{Name: firstMoment + name, Shape: []int{len(state.M[i])}, Data: state.M[i]},
			safetensors.Tensor{Name: secondMoment + name, Shape: []int{len(state.V[i])}, Data: state.V[i]})
		if state.Best != nil {
			tensors = append(tensors, safetensors.Tensor{Name: bestSoFar + name, Shape: []int{len(state.Best[i])}, Data: state.Best[i]})
		}
	}
	return safetensors.Write(w, tensors, nil)
}

func (s *Store) readState(path string) (train.State, error) {
	f, err := os.Open(path)
	if err != nil {
		return train.State{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return train.State{}, err
	}
	r, err := safetensors.NewReader(f, info.Size())
	if err != nil {
		return train.State{}, fmt.Errorf("%s: %w", optimizerFile, err)
	}
	var state train.State
	for _, name := range s.names {
		m, _, err := r.Float32(firstMoment + name)
		if err != nil {
			return train.State{}, fmt.Errorf("%s: %w", optimizerFile, err)
		}
		v, _, err := r.Float32(secondMoment + name)
		if err != nil {
			return train.State{}, fmt.Errorf("%s: %w", optimizerFile, err)
		}
		if len(m) != len(v) {
			return train.State{}, fmt.Errorf("%s: the moments of %s differ in length", optimizerFile, name)
		}
		state.M, state.V = append(state.M, m), append(state.V, v)
		if _, _, kept := r.Info(bestSoFar + name); kept {
			best, _, err := r.Float32(bestSoFar + name)
			if err != nil {
				return train.State{}, fmt.Errorf("%s: %w", optimizerFile, err)
			}
			state.Best = append(state.Best, best)
		}
	}
	return state, nil
}

// WriteFile creates a file in a folder and writes it through a buffer.
func WriteFile(folder, name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

// syncFile makes sure that a file is on the disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// WriteFolder writes a folder that appears whole or not at all; one that is
// there is replaced.
func WriteFolder(path string, write func(dir string) error) (err error) {
	folder, err := newFolder(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(folder)
		}
	}()
	if err := write(folder); err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := syncFile(filepath.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return publish(folder, path)
}

// newFolder makes a folder, under a passing name, for what is to appear in
// parent.
func newFolder(parent string) (string, error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(parent, partial)
	if err != nil {
		return "", err
	}
	return folder, os.Chmod(folder, 0o755)
}

// publish gives a finished folder, whose files are on the disk, its name.
func publish(folder, path string) error {
	if err := syncFolder(folder); err != nil {
		return err
	}
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	if err := os.Rename(folder, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes names in a folder durable. Windows cannot and need not.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
