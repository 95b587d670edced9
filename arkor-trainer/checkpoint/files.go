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

// Moments of the optimizer in its file: this and the parameter's name.
const (
	firstMoment  = "m."
	secondMoment = "v."
)

func (s *Store) writeState(w io.Writer, state train.State) error {
	var tensors []safetensors.Tensor
	for i, name := range s.names {
		tensors = append(tensors,
			safetensors.Tensor{Name: firstMoment + name, Shape: []int{len(state.M[i])}, Data: state.M[i]},
			safetensors.Tensor{Name: secondMoment + name, Shape: []int{len(state.V[i])}, Data: state.V[i]})
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
	}
	return state, nil
}

// writeFile creates a file in a folder and writes it through a buffer.
func writeFile(folder, name string, write func(io.Writer) error) (err error) {
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

// syncAndHash makes sure that a file is on the disk and returns its hash.
func syncAndHash(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return "", err
	}
	return hashOf(f)
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
