package checkpoint

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-trainer/train"
)

func state(step int) train.State {
	return train.State{
		Step: step, M: [][]float32{{1, 2}, {3}}, V: [][]float32{{4, 5}, {float32(step)}},
		Progress: train.Progress{Loss: 0.1 * float64(step), Steps: 2, Last: train.Result{Step: 1, TrainLoss: 0.3, EvalLoss: 0.7, Evaluated: true}},
	}
}

func writeWeights(dir string) error {
	return os.WriteFile(filepath.Join(dir, "weights"), []byte("w"), 0o644)
}

func newStore(t *testing.T) *Store {
	return NewStore(filepath.Join(t.TempDir(), "checkpoints"), "run", []string{"a", "b"})
}

// latest also returns what was said about checkpoints that were passed over.
func latest(t *testing.T, s *Store) (*Checkpoint, string) {
	t.Helper()
	var warnings []string
	c, err := s.Latest(func(err error) { warnings = append(warnings, err.Error()) })
	if err != nil {
		t.Fatal(err)
	}
	return c, strings.Join(warnings, "\n")
}

func names(t *testing.T, s *Store) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func TestSaveAndGoOn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if c, _ := latest(t, s); c != nil {
		t.Fatalf("a checkpoint where there is none: %+v", c)
	}
	for _, step := range []int{9, 10} {
		if err := s.Save(state(step), writeWeights); err != nil {
			t.Fatal(err)
		}
	}
	got, warnings := latest(t, s)
	want := &Checkpoint{Path: filepath.Join(s.dir, "step-10"), State: state(10)}
	if diff := cmp.Diff(want, got); diff != "" || warnings != "" {
		t.Error(diff, warnings)
	}
	if err := s.Prune(1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"step-10"}, names(t, s)); diff != "" {
		t.Error(diff)
	}
}

// What is damaged, half there, of another run or no checkpoint at all is passed
// over, with a reason, in favour of an older one.
func TestBrokenCheckpointsArePassedOver(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		damage func(dir string) error // of step 20
		want   string
	}{
		{"a changed byte", func(dir string) error { return os.WriteFile(filepath.Join(dir, "weights"), []byte("x"), 0o644) },
			"checkpoint step-20 is not used: weights is damaged"},
		{"a missing file", func(dir string) error { return os.Remove(filepath.Join(dir, "weights")) }, "no such file"},
		{"a missing manifest", func(dir string) error { return os.Remove(filepath.Join(dir, manifestFile)) }, "no such file"},
		{"half a manifest", func(dir string) error { return os.Truncate(filepath.Join(dir, manifestFile), 40) },
			"checkpoint step-20 is not used: trainer_state.json: unexpected end of JSON input"},
		{"half an optimizer", func(dir string) error { return os.Truncate(filepath.Join(dir, optimizerFile), 40) },
			"checkpoint step-20 is not used: optimizer.safetensors is damaged"},
		{"another run", func(dir string) error {
			s := NewStore(filepath.Dir(dir), "other", []string{"a", "b"})
			return s.Save(state(20), writeWeights)
		}, "checkpoint step-20 is not used: it belongs to a run with another model, dataset or settings"},
		{"another step", func(dir string) error {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
			return os.CopyFS(dir, os.DirFS(filepath.Join(filepath.Dir(dir), "step-10")))
		}, "checkpoint step-20 is not used: it says it is of step 10"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			for _, step := range []int{10, 20} {
				if err := s.Save(state(step), writeWeights); err != nil {
					t.Fatal(err)
				}
			}
			if err := test.damage(s.Path(20)); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(s.dir, "step-x"), 0o755); err != nil {
				t.Fatal(err)
			}
			c, warnings := latest(t, s)
			if c == nil || c.State.Step != 10 || !strings.Contains(warnings, test.want) || strings.Contains(warnings, "\n") {
				t.Errorf("%+v, %q", c, warnings)
			}
		})
	}
}

// A disk that fills up leaves the checkpoints there were, and nothing else.
func TestFailedSaveLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Save(state(1), writeWeights); err != nil {
		t.Fatal(err)
	}
	err := s.Save(state(2), func(dir string) error {
		return errors.Join(writeWeights(dir), &os.PathError{Op: "write", Path: "weights", Err: syscall.ENOSPC})
	})
	if !errors.Is(err, syscall.ENOSPC) || err.Error() != "save step 2: write weights: "+syscall.ENOSPC.Error() {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"step-1"}, names(t, s)); diff != "" {
		t.Error(diff)
	}
}

// A process that dies while it saves leaves a folder without the name of a
// checkpoint. The next one removes it.
func TestInterruptedSaveIsCleanedUp(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Save(state(1), writeWeights); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, partial+"123"), 0o755); err != nil {
		t.Fatal(err)
	}
	if c, _ := latest(t, s); c == nil || c.State.Step != 1 {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff([]string{"step-1"}, names(t, s)); diff != "" {
		t.Error(diff)
	}
}
