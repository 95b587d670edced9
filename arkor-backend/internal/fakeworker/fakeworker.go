// Package fakeworker is an arkor-trainer for tests: it speaks the worker
// protocol, trains nothing, and does what the test that controls it says.
package fakeworker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Install puts an arkor-trainer in front of a new PATH folder: the test binary
// itself, whose TestMain must call Main when IsWorker says so.
func Install(t testing.TB) (folder string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	if err := os.Symlink(self, filepath.Join(folder, "arkor-trainer")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// IsWorker reports whether this process was started as arkor-trainer.
func IsWorker() bool { return filepath.Base(os.Args[0]) == "arkor-trainer" }

// Plan is the key "fake" in a job's config.
type Plan struct {
	Steps   int    `json:"steps"`             // default 4
	Save    int    `json:"save"`              // checkpoint every so many steps, default 2
	Control string `json:"control,omitempty"` // address of a Control; "" trains without asking
	Preview string `json:"preview,omitempty"` // see preview
}

// Control lets a test decide what every worker does next.
type Control struct {
	t        testing.TB
	listener net.Listener
	workers  chan *Worker
}

// NewControl listens until the test ends.
func NewControl(t testing.TB) *Control {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Control{t, listener, make(chan *Worker, 16)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			c.workers <- &Worker{t: t, conn: conn, lines: bufio.NewReader(conn)}
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return c
}

// Address is for Plan.Control.
func (c *Control) Address() string { return c.listener.Addr().String() }

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

// Next waits for the next worker to begin.
func (c *Control) Next() *Worker {
	c.t.Helper()
	select {
	case w := <-c.workers:
		c.t.Cleanup(func() { w.conn.Close() })
		return w
	case <-time.After(patience):
		c.t.Fatal("no worker began")
		return nil
	}
}

// Worker is a worker that waits for commands before each step.
type Worker struct {
	t     testing.TB
	conn  net.Conn
	lines *bufio.Reader
}

// AtStep waits until the worker is about to make a step and returns which.
func (w *Worker) AtStep() (step int) {
	w.t.Helper()
	_ = w.conn.SetReadDeadline(time.Now().Add(patience))
	line, err := w.lines.ReadString('\n')
	if err != nil {
		w.t.Fatalf("the worker is gone: %v", err)
	}
	if _, err := fmt.Sscanf(line, "step %d", &step); err != nil {
		w.t.Fatalf("the worker said %q", line)
	}
	return step
}

// Do tells the worker what to do in place of, or before, its next step: "go",
// "die" (SIGKILL itself), "exit" (status 3, with last words), "garbage",
// "fail", "deaf" (mind neither SIGTERM nor the end of stdin), "finish" (without the result's folder),
// "half" (die in the middle of a line), "free" (ask no more).
func (w *Worker) Do(command string) {
	w.t.Helper()
	if _, err := fmt.Fprintln(w.conn, command); err != nil {
		w.t.Fatal(err)
	}
}

// Gone waits until the worker has hung up.
func (w *Worker) Gone() {
	w.t.Helper()
	_ = w.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := w.lines.ReadString('\n'); err == nil || os.IsTimeout(err) {
		w.t.Fatal("the worker is still there")
	}
}

// Main is arkor-trainer; it returns the exit status.
func Main() int {
	switch arg(1) {
	case "run":
		return run(arg(3))
	case "preview":
		return preview(arg(3))
	case "serve":
		return serve(arg(3))
	case "models":
		return models()
	}
	return 1
}

func arg(i int) string {
	if i < len(os.Args) {
		return os.Args[i]
	}
	return ""
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stdout, format+"\n", args...)
}

func models() int {
	say(`{"models":[{"id":"arkor/tiny","displayName":"Fake","parameters":10,"limits":{"maxLength":512,"maxBatchSize":64,"maxLoraR":64},` +
		`"capabilities":{"train":true,"infer":true,"loadIn4bit":false,"tools":true,"structuredOutputs":true}}]}`)
	return 0
}

// readPlan reads the job file and checks what the backend must put into it.
func readPlan(path string) (plan Plan, dir string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return plan, "", err
	}
	var job struct {
		Version int
		JobID   string
		Dir     string
		Dataset *struct {
			Path string
			Hub  *struct{ Name string }
		}
		Config struct{ Fake Plan }
	}
	if err := json.Unmarshal(data, &job); err != nil {
		return plan, "", err
	}
	switch {
	case job.Version != 1, job.JobID == "", job.Dir != filepath.Dir(path), job.Dataset == nil:
		return plan, "", fmt.Errorf("strange job file: %s", data)
	case strings.Contains(string(data), "t0psecret"):
		return plan, "", fmt.Errorf("the job file holds a secret")
	case !strings.Contains(os.Getenv("GODEBUG"), "asyncpreemptoff=1"):
		return plan, "", fmt.Errorf("GODEBUG is %q", os.Getenv("GODEBUG"))
	case job.Dataset.Hub == nil:
		if _, err := os.Stat(job.Dataset.Path); err != nil {
			return plan, "", err
		}
	}
	plan = job.Config.Fake
	if plan.Steps == 0 {
		plan.Steps = 4
	}
	if plan.Save == 0 {
		plan.Save = 2
	}
	return plan, job.Dir, nil
}
