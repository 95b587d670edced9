package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/porttest"
)

// studio measures what the server of "arkor dev" adds to what the backend and
// the JavaScript runtime take.
func (b *bench) studio(ctx context.Context) ([]figure, error) {
	project, err := b.triage(ctx)
	if err != nil {
		return nil, err
	}
	home := filepath.Join(b.folder, "studio-home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	const n = 20
	port, release, err := porttest.Reserve()
	if err != nil {
		return nil, err
	}
	defer release()
	firstPage, err := timed(n, func() error {
		cmd := b.command(ctx, project, "arkor", "dev", "--port", strconv.Itoa(port))
		cmd.Env = append(cmd.Env, "HOME="+home)
		return firstPageOf(ctx, cmd, port)
	})
	if err != nil {
		return nil, err
	}
	size, err := b.pageSize()
	if err != nil {
		return nil, err
	}
	s, err := b.openStudio(ctx, project, home)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if _, err := s.get("/"); err != nil {
		return nil, err
	}
	edit, err := s.edits(ctx, project, n)
	if err != nil {
		return nil, err
	}
	memory, err := s.memory()
	if err != nil {
		return nil, err
	}
	return []figure{
		{"arkor dev, exec to the first 200 on /", firstPage, "ms", 60, false, n},
		{"Studio, memory when idle", memory, "MB", 30, false, 1},
		{"Studio, the whole interface, gzipped", size, "KB", 150, false, 1},
		{"Studio, edit to the manifest at the page", edit, "ms", 300, false, n},
	}, nil
}

// firstPageOf runs "arkor dev" until it has served its page.
func firstPageOf(ctx context.Context, cmd *exec.Cmd, port int) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	err := untilServed(ctx, fmt.Sprintf("http://127.0.0.1:%d/", port))
	return errors.Join(err, interrupt(cmd))
}

func untilServed(ctx context.Context, address string) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		req.Close = true
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("no page at %s", address)
}

// interrupt ends a server as Ctrl-C does.
func interrupt(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 130 {
		return nil
	}
	return fmt.Errorf("arkor dev: %v", err)
}

// aStudio is a running server, asked as its page asks.
type aStudio struct {
	cmd        *exec.Cmd
	release    func() // its port
	url, token string
	client     *http.Client
}

// openStudio starts the server of a project, without the dispatcher in front.
func (b *bench) openStudio(ctx context.Context, project, home string, environ ...string) (*aStudio, error) {
	port, release, err := porttest.Reserve()
	if err != nil {
		return nil, err
	}
	cmd := b.command(ctx, project, "arkor-studio", "dev", "--port", strconv.Itoa(port))
	cmd.Env = append(append(cmd.Env, "HOME="+home), environ...)
	s := &aStudio{cmd: cmd, release: release, url: fmt.Sprintf("http://127.0.0.1:%d", port), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	if err := cmd.Start(); err != nil {
		release()
		return nil, err
	}
	if err := untilServed(ctx, s.url+"/"); err != nil {
		return nil, errors.Join(err, s.close())
	}
	// The token's file is there once the page is, or a moment later.
	for range 1000 {
		if token, err := os.ReadFile(filepath.Join(home, ".arkor", "studio-token")); err == nil {
			s.token = string(token)
			return s, nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, errors.Join(errors.New("there is no studio-token"), s.close())
}

func (s *aStudio) close() error {
	defer s.release()
	return interrupt(s.cmd)
}

// open asks for a path; the caller closes the body.
func (s *aStudio) open(path string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Arkor-Studio-Token", s.token)
	res, err := s.client.Do(req)
	if err == nil && res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		return nil, fmt.Errorf("GET %s: %s: %s", path, res.Status, text)
	}
	return res, err
}

func (s *aStudio) get(path string) ([]byte, error) {
	res, err := s.open(path)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// edits changes a source n times and returns the median of how long it takes
// until the page's stream shows the change.
func (s *aStudio) edits(ctx context.Context, project string, n int) (float64, error) {
	file := filepath.Join(project, "src", "arkor", "trainer.ts")
	source, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	defer os.WriteFile(file, source, 0o666)
	res, err := s.open("/api/stream")
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	stop := context.AfterFunc(ctx, func() { res.Body.Close() })
	defer stop()
	lines := bufio.NewReader(res.Body)
	shows := func(text string) error {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return err
			}
			if strings.HasPrefix(line, "data: ") && strings.Contains(line, text) {
				return nil
			}
		}
	}
	if err := shows("triage-run"); err != nil {
		return 0, err
	}
	i := 0
	return timed(n, func() error {
		i++
		name := "edited-" + strconv.Itoa(i)
		changed := strings.Replace(string(source), "triage-run", name, 1)
		if err := os.WriteFile(file, []byte(changed), 0o666); err != nil {
			return err
		}
		return shows(name)
	})
}

// memory is what the server holds now, in megabytes.
func (s *aStudio) memory() (float64, error) {
	return memoryOf(s.cmd.Process.Pid, "VmRSS")
}

// memoryOf returns a figure of a process in megabytes, under the name that the
// system has for it.
func memoryOf(pid int, name string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), name+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0, errors.New("the system does not say how much memory the server holds")
	}
	kilobytes, err := strconv.ParseFloat(fields[0], 64)
	return kilobytes * 1024 / 1e6, err
}

// pageSize returns the kilobytes of all files of the interface as they are sent.
func (b *bench) pageSize() (float64, error) {
	size := 0
	err := fs.WalkDir(os.DirFS("arkor-studio/web/dist"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join("arkor-studio/web/dist", name))
		size += zippedSize(data)
		return err
	})
	return float64(size) / 1000, err
}
