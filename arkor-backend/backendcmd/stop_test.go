package backendcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// held is a folder that a daemon at an address seems to have, until left is called.
func held(t *testing.T, info daemon.Info) (home daemon.Home, left func()) {
	t.Helper()
	home = daemon.Home(t.TempDir())
	text, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"backend.json": text, "owner-token": []byte("t\n"), "backend.lock": nil} {
		if err := os.WriteFile(filepath.Join(string(home), name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := os.OpenFile(filepath.Join(string(home), "backend.lock"), os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Close() })
	if locked, err := process.TryLock(lock); err != nil || !locked {
		t.Fatal(locked, err)
	}
	return home, func() { lock.Close() }
}

// Of two who stop a backend at once one is slower, and finds it leaving.
func TestStopOfABackendThatLeaves(t *testing.T) {
	t.Parallel()
	for _, cut := range []string{"GET", "POST"} {
		var left func()
		var asked atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 1 || r.Method != cut {
				fmt.Fprint(w, `{}`)
				return
			}
			left()
			panic(http.ErrAbortHandler)
		}))
		t.Cleanup(server.Close)
		home, leave := held(t, daemon.Info{URL: server.URL, PID: 1})
		left = leave
		var out bytes.Buffer
		c := &stop{env: cli.Env{Environ: []string{"ARKOR_BACKEND_HOME=" + string(home)}, Stdout: &out, Stderr: t.Output()}}
		if err := c.run(t.Context(), nil); err != nil || out.String() != "stopped\n" {
			t.Errorf("%s: %q, %v", cut, out.String(), err)
		}
	}
}

// A backend that leaves may be followed by another at once: it is gone all the same.
func TestGoneIsGone(t *testing.T) {
	t.Parallel()
	left, next := daemon.Info{URL: "http://127.0.0.1:1", PID: 1}, daemon.Info{URL: "http://127.0.0.1:1", PID: 2}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	home, _ := held(t, next)
	if err := awaitGone(ctx, home, left); err != nil {
		t.Errorf("another one has the folder: %v", err)
	}
	if err := awaitGone(ctx, home, next); err == nil {
		t.Error("it is there")
	}
}
