package testscripts

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cloudAPI is an API whose GET /v1/me changes its mind.
type cloudAPI struct {
	mu    sync.Mutex
	asked []string // X-Arkor-Client of each request
	me    int
}

func (a *cloudAPI) clients() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

func (a *cloudAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.Header.Get("X-Arkor-Client"))
	switch r.URL.Path {
	case "/v1/auth/anonymous":
		_, _ = io.WriteString(w, `{"token":"anon_t0k","anonymousId":"an_1","kind":"cli","personalOrg":{"id":"o","slug":"anon-1","name":"n"}}`)
	case "/v1/auth/cli/config":
		_, _ = io.WriteString(w, `{"auth0Domain":null,"clientId":null,"audience":null,"callbackPorts":[]}`)
	case "/v1/me":
		a.me++
		switch a.me {
		case 1:
			_, _ = io.WriteString(w, `{"user":{"id":"u_1"},"orgs":[]}`)
		case 2:
			w.WriteHeader(http.StatusUnauthorized)
		case 3:
			w.WriteHeader(http.StatusUpgradeRequired)
		default:
			w.Header().Set("Deprecation", "true")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}

// stampedBinaries builds the front door and a command as a packager does.
func stampedBinaries(t *testing.T, host string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	const shared = "-X github.com/arkorlab/arkor-go/shared/"
	flags := shared + "cli.version=1.2.3 " + shared + "telemetry.key=" + telemetryKey + " " + shared + "telemetry.host=" + host
	build := exec.Command("go", "build", "-trimpath", "-ldflags", flags, "-o", folder+string(filepath.Separator), "./arkor", "./arkor-auth", "./arkor-init")
	build.Dir, build.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return folder
}

// telemetryRun is a home and a folder for runs of the stamped binaries.
type telemetryRun struct {
	bin, home, dir string
	env            []string
}

func newTelemetryRun(t *testing.T, bin string, set ...string) *telemetryRun {
	t.Helper()
	r := &telemetryRun{bin: bin, home: t.TempDir(), dir: t.TempDir()}
	r.env = append([]string{"HOME=" + r.home, "PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot")}, set...)
	return r
}

func (r *telemetryRun) store(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.home, ".arkor", name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *telemetryRun) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// result is all that a caller sees of a process.
type result struct {
	stdout, stderr string
	status         int
}

func (r *telemetryRun) exec(t *testing.T, binary string, args ...string) result {
	t.Helper()
	if !filepath.IsAbs(binary) {
		binary = filepath.Join(r.bin, binary)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = r.dir, r.env, &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func (r *telemetryRun) succeeds(t *testing.T, binary string, args ...string) {
	t.Helper()
	if got := r.exec(t, binary, args...); got.status != 0 {
		t.Fatalf("%s: %+v", binary, got)
	}
}

// wantEvents checks names, identity and properties. How long it took and what
// went wrong are there, whatever they are.
func wantEvents(t *testing.T, events []event, id string, common map[string]any, names ...string) {
	t.Helper()
	if len(events) != len(names) {
		t.Fatalf("%d events, want %v: %+v", len(events), names, events)
	}
	for i, e := range events {
		if e.Event != names[i] || e.DistinctID != id {
			t.Errorf("event %d is %s of %q, want %s of %q", i, e.Event, e.DistinctID, names[i], id)
		}
		if _, ok := e.Properties["duration_ms"].(float64); ok != (i > 0) {
			t.Errorf("%s: duration_ms %v", e.Event, e.Properties["duration_ms"])
		}
		for _, name := range []string{"error_name", "error_message"} {
			if text, _ := e.Properties[name].(string); (text != "") != (e.Event == "cli_command_failed") {
				t.Errorf("%s: %s %q", e.Event, name, text)
			}
			delete(e.Properties, name)
		}
		delete(e.Properties, "duration_ms")
		if diff := cmp.Diff(common, e.Properties); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Event, diff)
		}
	}
}

func nodePlatform() string {
	if runtime.GOOS == "windows" {
		return "win32"
	}
	return runtime.GOOS
}
