package backendcmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestMain(m *testing.M) {
	switch {
	case fakeworker.IsWorker():
		os.Exit(fakeworker.Main())
	case os.Getenv("ARKOR_TEST_BACKEND") != "":
		os.Exit(cli.Main(New))
	}
	os.Exit(m.Run())
}

// machine is a data folder with processes that use it.
type machine struct {
	t       *testing.T
	home    daemon.Home
	environ []string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, home: daemon.Home(filepath.Join(t.TempDir(), "backend"))}
	m.environ = append(os.Environ(), "ARKOR_TEST_BACKEND=1", "ARKOR_BACKEND_HOME="+string(m.home), "PATH="+fakeworker.Install(t))
	t.Cleanup(func() { _, _, _ = m.run("stop") })
	return m
}

func (m *machine) command(args ...string) *exec.Cmd {
	m.t.Helper()
	self, err := os.Executable()
	if err != nil {
		m.t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = m.environ
	return cmd
}

// run runs arkor-backend to its end.
func (m *machine) run(args ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	cmd := m.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return strings.TrimSpace(out.String()), strings.TrimSpace(errs.String()), err
}

type ensured struct {
	URL, Token, Version string
	PID                 int
}

func (m *machine) ensure() (e ensured, stderr string) {
	m.t.Helper()
	stdout, stderr, err := m.run("ensure", "--json")
	if err != nil {
		m.t.Fatalf("ensure: %v\n%s", err, stderr)
	}
	if err := json.Unmarshal([]byte(stdout), &e); err != nil {
		m.t.Fatalf("ensure printed %q: %v", stdout, err)
	}
	return e, stderr
}

// serve runs a backend in the foreground and returns it once it answers.
func (m *machine) serve(args ...string) (*exec.Cmd, *cloud.Client) {
	m.t.Helper()
	cmd := m.command(append([]string{"serve"}, args...)...)
	cmd.Stderr = m.t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		m.t.Fatal(err)
	}
	token, err := m.home.Token()
	if err != nil {
		m.t.Fatal(err)
	}
	url := strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	return cmd, &cloud.Client{BaseURL: url, Token: token, Version: "1.0.0"}
}

var scope = cloud.Scope{OrgSlug: "local", ProjectSlug: "demo"}

// train creates a job of some steps whose workers ask control.
func (m *machine) train(client *cloud.Client, control *fakeworker.Control, steps int) cloud.Job {
	m.t.Helper()
	if _, err := client.CreateProject(m.t.Context(), "local", "Demo", "demo"); err != nil {
		m.t.Fatal(err)
	}
	job, err := client.CreateJob(m.t.Context(), scope, "run", map[string]any{
		"model": "arkor/tiny", "datasetSource": map[string]string{"type": "huggingface", "name": "acme/tickets"},
		"fake": fakeworker.Plan{Steps: steps, Save: 3, Control: control.Address()},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return job
}

// pretend changes the version that a running daemon wrote about itself.
func (m *machine) pretend(version string) {
	m.t.Helper()
	info, ok, err := m.home.Running()
	if err != nil || !ok {
		m.t.Fatal(ok, err)
	}
	info.Version = version
	data, _ := json.Marshal(info)
	if err := os.WriteFile(filepath.Join(string(m.home), "backend.json"), data, 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func TestServeRefusals(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	_, client := m.serve()
	_, stderr, err := m.run("serve")
	if err == nil || !strings.HasPrefix(stderr, "arkor backend: another backend is running on this data folder: "+client.BaseURL) {
		t.Errorf("%v, %s", err, stderr)
	}
	other := newMachine(t)
	address := strings.TrimPrefix(client.BaseURL, "http://")
	_, stderr, err = other.run("serve", "--listen", address)
	if err == nil || stderr != "arkor backend: "+address+" is in use by another program\nhint: choose another port with --listen, or port 0 for any free one" {
		t.Errorf("%v, %s", err, stderr)
	}
	for _, args := range [][]string{{"serve", "extra"}, {"serve", "--min-client", "1"}, {"serve", "--idle-timeout", "-1s"}, {"stop", "now"}, {"status", "x"}, {"ensure", "x"}} {
		if _, stderr, err := other.run(args...); err == nil || !strings.HasPrefix(stderr, "arkor backend: ") {
			t.Errorf("%v: %v, %s", args, err, stderr)
		}
	}
}

// story reads a job's events behind lastID, without pings, until the stream
// ends or breaks.
func story(t *testing.T, client *cloud.Client, job, lastID string, until string) (lines []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream, err := client.Events(ctx, scope, job, lastID)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	for {
		frame, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("after %v: %v", lines, err)
		}
		var data struct{ Step json.Number }
		_ = json.Unmarshal([]byte(frame.Data), &data)
		lines = append(lines, strings.TrimSpace(frame.ID+" "+frame.Event+" "+data.Step.String()))
		if frame.ID == until {
			return lines
		}
	}
}

// The backend is killed in the middle of a run: its worker notices, saves what
// it has and leaves. The next backend tells what the last one did not live to
// tell, and a reader misses nothing and sees nothing twice.
func TestBackendIsKilled(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	control := fakeworker.NewControl(t)
	cmd, client := m.serve()
	job := m.train(client, control, 7)
	worker := control.Next()
	for worker.AtStep() < 5 {
		worker.Do("go")
	}
	before := story(t, client, job.ID, "", "6")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	_, client = m.serve()
	worker = control.Next()
	if step := worker.AtStep(); step != 5 {
		t.Errorf("the next worker goes on with step %d", step)
	}
	worker.Do("free")
	after := story(t, client, job.ID, "6", "")
	want := []string{
		"1 training.started", "2 training.log 1", "3 training.log 2", "4 training.log 3", "5 checkpoint.saved 3", "6 training.log 4",
		"7 checkpoint.saved 4", "8 training.log 5", "9 training.log 6", "10 checkpoint.saved 6", "11 training.log 7", "12 training.completed", "13 end",
	}
	if diff := cmp.Diff(want, append(before, after...)); diff != "" {
		t.Error(diff)
	}
}

// SIGTERM lets the worker save; the job stays running for the next backend.
func TestBackendIsTerminated(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	control := fakeworker.NewControl(t)
	cmd, client := m.serve()
	job := m.train(client, control, 4)
	worker := control.Next()
	worker.AtStep()
	worker.Do("go")
	worker.AtStep()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	worker.Gone()
	if _, err := os.Stat(filepath.Join(string(m.home), "backend.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("backend.json: %v", err)
	}
	_, client = m.serve()
	control.Next().Do("free")
	want := []string{"1 training.started", "2 training.log 1", "3 checkpoint.saved 1", "4 training.log 2", "5 training.log 3", "6 checkpoint.saved 3",
		"7 training.log 4", "8 training.completed", "9 end"}
	if diff := cmp.Diff(want, story(t, client, job.ID, "", "")); diff != "" {
		t.Error(diff)
	}
}

// A worker that finishes while no backend is there has not worked in vain.
func TestJobEndsWithoutABackend(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	control := fakeworker.NewControl(t)
	cmd, client := m.serve()
	job := m.train(client, control, 2)
	worker := control.Next()
	worker.AtStep()
	worker.Do("deaf")
	worker.AtStep()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	worker.Do("free")
	_, client = m.serve()
	want := []string{"1 training.started", "2 training.log 1", "3 training.log 2", "4 training.completed", "5 end"}
	if diff := cmp.Diff(want, story(t, client, job.ID, "", "")); diff != "" {
		t.Error(diff)
	}
}

func TestIdleBackendLeaves(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	control := fakeworker.NewControl(t)
	cmd, client := m.serve("--idle-timeout", "5s")
	job := m.train(client, control, 4)
	worker := control.Next()
	worker.AtStep()
	worker.Do("free")
	if lines := story(t, client, job.ID, "", ""); lines[len(lines)-1] != "8 end" {
		t.Errorf("got %v", lines)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
