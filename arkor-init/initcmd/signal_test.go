//go:build unix

package initcmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// 11: whenever a signal comes, the project is there whole or not at all.
func TestASignalAtAnyMoment(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	whole := filesOf(files)
	counts := map[string]int{}
	for i := range 40 {
		dir := t.TempDir()
		cmd := exec.Command(self)
		cmd.Args, cmd.Dir, cmd.Env = []string{"arkor-init", "init", "deep/demo", "--yes", "--skip-git"}, dir, []string{"HOME=" + dir}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * time.Millisecond) // the moment
		_ = cmd.Process.Signal(syscall.SIGINT)          // it may have ended
		_ = cmd.Wait()
		var found []string
		err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				found = append(found, strings.TrimPrefix(path, filepath.Join(dir, "deep", "demo")+"/"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		// -1: the signal came before it listened, or when it listened no more.
		status := cmd.ProcessState.ExitCode()
		slices.Sort(found)
		_, err = os.Stat(filepath.Join(dir, "deep"))
		switch {
		case os.IsNotExist(err) && (status == 130 || status == -1):
			counts["nothing"]++
		case slices.Equal(found, whole) && (status == 0 || status == 130 || status == -1):
			counts["everything"]++
		default:
			t.Errorf("exit status %d left %q", status, found)
		}
	}
	t.Log(counts)
}

// filesOf returns the paths that a list of files names, sorted.
func filesOf(list string) []string {
	var paths []string
	for _, line := range strings.Split(strings.TrimSpace(list), "\n")[1:] {
		paths = append(paths, strings.Fields(line)[1])
	}
	slices.Sort(paths)
	return paths
}
