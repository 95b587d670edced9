package browser

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/shared/porttest"
)

// project is a folder with a trainer, in a home and with a backend of its own.
type project struct {
	home, dir string
	env       []string
}

// makeProject scaffolds a project below a folder.
func makeProject(root string) (*project, error) {
	p := &project{home: filepath.Join(root, "home"), dir: filepath.Join(root, "support-bot")}
	p.env = []string{
		"HOME=" + p.home,
		"PATH=" + binaries + string(os.PathListSeparator) + os.Getenv("PATH"),
		"DO_NOT_TRACK=1", "NO_COLOR=1",
	}
	if err := os.Mkdir(p.home, 0o700); err != nil {
		return nil, err
	}
	init := p.command("init", p.dir, "--template", "triage", "--yes", "--skip-git")
	init.Dir = root
	out, err := init.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("arkor init: %w\n%s", err, out)
	}
	return p, p.shorten("heldout.jsonl", 6)
}

// newProject scaffolds a project for one test.
func newProject(t *testing.T) *project {
	t.Helper()
	if why != "" {
		t.Skip(why)
	}
	p, err := makeProject(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stopBackend)
	return p
}

func (p *project) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(binaries, "arkor"), args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

// shorten leaves the first lines of a file of examples: measuring the loss on
// many takes longer than a few steps of training.
func (p *project) shorten(name string, lines int) error {
	file := filepath.Join(p.dir, "data", name)
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, bytes.Join(bytes.SplitAfterN(data, []byte("\n"), lines+1)[:lines], nil), 0o644)
}

func (p *project) stopBackend() { _ = p.command("backend", "stop").Run() } // there may be none

// write puts a trainer into the project: the fields of createTrainer, beside
// the model and the data.
func (p *project) write(fields string) error {
	return p.writeEntry(`import { createTrainer } from "arkor";
export const trainer = createTrainer({
  model: "arkor/tiny",
  dataset: { type: "file", path: "data/train.jsonl", evalPath: "data/heldout.jsonl" },
` + fields + `
});
`)
}

// writeEntry replaces src/arkor/index.ts at once, as an editor does.
func (p *project) writeEntry(source string) error {
	entry := filepath.Join(p.dir, "src", "arkor", "index.ts")
	if err := os.WriteFile(entry+".new", []byte(source), 0o644); err != nil {
		return err
	}
	return os.Rename(entry+".new", entry)
}

// studio is an arkor dev.
type studio struct {
	*project
	port    int
	release func() // the port
	cmd     *exec.Cmd
	done    chan struct{}
	errs    *lockedBuffer
}

// serve starts arkor dev in a project.
func serve(t *testing.T, p *project) *studio {
	t.Helper()
	s, err := startStudio(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop()
		s.release()
		if t.Failed() {
			t.Logf("arkor dev said:\n%s", s.errs)
		}
	})
	return s
}

func startStudio(p *project) (*studio, error) {
	port, release, err := porttest.Reserve()
	if err != nil {
		return nil, err
	}
	s := &studio{project: p, port: port, release: release}
	return s, s.start()
}

func (s *studio) url() string { return fmt.Sprintf("http://localhost:%d", s.port) }

// start returns when the page can be loaded.
func (s *studio) start() error {
	s.cmd = s.command("dev", "--port", fmt.Sprint(s.port))
	s.errs = new(lockedBuffer)
	s.cmd.Stderr = s.errs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		_, _ = io.Copy(io.Discard, out)
		_ = s.cmd.Wait()
	}()
	if err != nil || !strings.Contains(line, "running on") {
		s.stop()
		return fmt.Errorf("arkor dev: %q, %v\n%s", line, err, s.errs)
	}
	return nil
}

// stop is Ctrl-C.
func (s *studio) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	<-s.done
}

// post asks the API as a program does, and returns the id of what was made.
func (s *studio) post(path, body, kind string) (id string, err error) {
	token, err := os.ReadFile(filepath.Join(s.home, ".arkor", "studio-token"))
	if err != nil {
		return "", err
	}
	request, err := http.NewRequest(http.MethodPost, s.url()+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("X-Arkor-Studio-Token", string(token))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	var answer map[string]struct{ ID string }
	if err := json.Unmarshal(text, &answer); err != nil || answer[kind].ID == "" {
		return "", fmt.Errorf("POST %s: %s: %s", path, response.Status, text)
	}
	return answer[kind].ID, nil
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
