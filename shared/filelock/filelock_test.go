package filelock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestLockKeepsOthersOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lock")
	unlock, err := Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	waiting := make(chan error, 1)
	go func() { _, err := Lock(ctx, path); waiting <- err }()
	select {
	case err := <-waiting:
		t.Fatalf("the lock was had twice: %v", err)
	default:
	}
	cancel(cause)
	if err := <-waiting; !errors.Is(err, cause) {
		t.Errorf("the wait ended with %v", err)
	}
	unlock()
	again, err := Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	again()
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestLockInAFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	if _, err := Lock(t.Context(), filepath.Join(t.TempDir(), "no", "x.lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestLockFollowsNoLink(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	dir := t.TempDir()
	path, elsewhere := filepath.Join(dir, "x.lock"), filepath.Join(dir, "elsewhere")
	if err := os.Symlink(elsewhere, path); err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(t.Context(), path); err == nil {
		t.Error("the link was followed")
	}
	if _, err := os.Lstat(elsewhere); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was made behind it: %v", err)
	}
}
