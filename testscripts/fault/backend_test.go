//go:build unix

package fault

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// backend is an arkor-backend that is killed and started again on the same
// folder and the same port.
type backend struct {
	t       *testing.T
	program string
	folder  string
	address string
	cmd     *exec.Cmd
	log     log
}

// start returns when the backend answers.
func (b *backend) start() {
	b.t.Helper()
	b.cmd = exec.Command(b.program, "serve", "--data", b.folder, "--listen", b.address)
	b.cmd.Env = append(os.Environ(), "HOME="+b.folder, "DO_NOT_TRACK=1")
	b.cmd.Stderr = &b.log
	stdout, err := b.cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "listening on http://"+b.address {
		b.kill()
		b.t.Fatalf("the backend said %q and ended (%v):\n%s", line, err, &b.log)
	}
}

// kill ends the backend as a power cut would and leaves its workers alone.
func (b *backend) kill() {
	_ = b.cmd.Process.Kill()
	_ = b.cmd.Wait()
}

// killWorker kills one of the processes that the backend has started, and
// reports whether there was one. which chooses among n.
func (b *backend) killWorker(which func(n int) int) bool {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", b.cmd.Process.Pid))
	if err != nil {
		b.t.Fatal(err)
	}
	var workers []int
	for _, list := range lists {
		data, _ := os.ReadFile(list) // a thread may be gone
		for _, word := range strings.Fields(string(data)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				b.t.Fatal(err)
			}
			workers = append(workers, pid)
		}
	}
	return len(workers) > 0 && syscall.Kill(workers[which(len(workers))], syscall.SIGKILL) == nil
}

// log keeps the end of what backends say.
type log struct {
	mu   sync.Mutex
	text []byte
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	l.text = l.text[max(0, len(l.text)-16<<10):]
	return len(p), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
