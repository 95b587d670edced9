package telemetry

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// store writes a file of ~/.arkor.
func (r *run) store(t *testing.T, name, content string) {
	t.Helper()
	folder := filepath.Join(r.env.Getenv("HOME"), ".arkor")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func webToken(payload string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	oauth := func(token string) string {
		return `{"mode":"oauth","accessToken":"` + token + `","refreshToken":"rt_1"}`
	}
	const machine = "the-machine"
	tests := []struct {
		name, file, set string
		id, mode        string
	}{
		{name: "no file", id: machine, mode: "none"},
		{name: "anonymous", file: `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1"}`, id: "an_1", mode: "anon"},
		{name: "anonymous without an id", file: `{"mode":"anon","token":"anon_t0k"}`, id: machine, mode: "anon"},
		{name: "anonymous with a number", file: `{"mode":"anon","token":"anon_t0k","anonymousId":7}`, id: machine, mode: "anon"},
		{name: "byte order mark", file: "\uFEFF" + `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1"}`, id: "an_1", mode: "anon"},
		{name: "oauth", file: oauth(webToken(`{"sub":"auth0|7"}`)), id: "auth0|7", mode: "oauth"},
		{name: "oauth, not a web token", file: oauth("at.1"), id: machine, mode: "oauth"},
		{name: "oauth, four parts", file: oauth(webToken(`{"sub":"x"}`) + ".more"), id: machine, mode: "oauth"},
		{name: "oauth, not base64", file: oauth("a.!.c"), id: machine, mode: "oauth"},
		{name: "oauth, not JSON", file: oauth(webToken(`sub`)), id: machine, mode: "oauth"},
		{name: "oauth, sub of another type", file: oauth(webToken(`{"sub":7}`)), id: machine, mode: "oauth"},
		{name: "oauth, empty sub", file: oauth(webToken(`{"sub":""}`)), id: machine, mode: "oauth"},
		{name: "oauth, claim in another case", file: oauth(webToken(`{"SUB":"x"}`)), id: machine, mode: "oauth"},
		{name: "oauth without a token", file: `{"mode":"oauth"}`, id: machine, mode: "none"},
		{name: "another mode", file: `{"mode":"sso","anonymousId":"an_1"}`, id: machine, mode: "none"},
		{name: "mode of another type", file: `{"mode":["anon"],"anonymousId":"an_1"}`, id: machine, mode: "none"},
		{name: "null", file: `null`, id: machine, mode: "none"},
		{name: "a list", file: `["anon"]`, id: machine, mode: "none"},
		{name: "cut off", file: `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1"`, id: machine, mode: "none"},
		{name: "too long", file: `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1","x":"` + strings.Repeat("x", maxCredentials) + `"}`, id: machine, mode: "none"},
		{name: "token from outside", file: `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1"}`, set: "ARKOR_TOKEN=t0ken", id: machine, mode: "none"},
		{name: "blank token from outside", file: `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1"}`, set: "ARKOR_TOKEN= ", id: "an_1", mode: "anon"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRun(t, tt.set)
			r.store(t, "telemetry-id", " "+machine+"\n")
			if tt.file != "" {
				r.store(t, "credentials.json", tt.file)
			}
			who, err := identify(r.env)
			if want := (identity{tt.id, tt.mode}); who != want || err != nil {
				t.Errorf("got %+v, %v, want %+v", who, err, want)
			}
			if entries, err := os.ReadDir(filepath.Join(r.env.Getenv("HOME"), ".arkor")); err != nil || len(entries) > 2 {
				t.Errorf("the folder holds %v, %v", entries, err)
			}
		})
	}
}

// Signing in changes who the user is; both events are of who it was before.
func TestIdentityIsTakenBeforeTheCommand(t *testing.T) {
	t.Parallel()
	in, r := newInbox(t), newRun(t)
	r.store(t, "credentials.json", `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1"}`)
	r.exec(t.Context(), in.URL, "login", func() error {
		r.store(t, "credentials.json", `{"mode":"oauth","accessToken":"`+webToken(`{"sub":"auth0|7"}`)+`"}`)
		return nil
	})
	events := in.received()
	if len(events) != 2 {
		t.Fatalf("events %v", in.names())
	}
	for _, e := range events {
		if e.DistinctID != "an_1" || e.Properties["auth_mode"] != "anon" {
			t.Errorf("%s of %q, %v", e.Event, e.DistinctID, e.Properties["auth_mode"])
		}
	}
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestMachineID(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	id, err := machineID(r.env)
	if err != nil || !uuid4.MatchString(id) {
		t.Fatalf("id %q, %v", id, err)
	}
	folder := filepath.Join(r.env.Getenv("HOME"), ".arkor")
	path := filepath.Join(folder, "telemetry-id")
	if data, err := os.ReadFile(path); err != nil || string(data) != id {
		t.Errorf("kept %q, %v", data, err)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{folder: 0o700, path: 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
	if again, err := machineID(r.env); again != id || err != nil {
		t.Errorf("then %q, %v", again, err)
	}
	for _, content := range []string{"", " \n", strings.Repeat("x", maxID+1)} {
		r.store(t, "telemetry-id", content)
		fresh, err := machineID(r.env)
		if err != nil || !uuid4.MatchString(fresh) || fresh == id {
			t.Errorf("from %.5q: %q, %v", content, fresh, err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != fresh {
			t.Errorf("kept %q, %v", data, err)
		}
	}
}

// Where no id can be kept, there is another one in every run.
func TestMachineIDThatCannotBeKept(t *testing.T) {
	t.Parallel()
	blocked := newRun(t)
	if err := os.WriteFile(filepath.Join(blocked.env.Getenv("HOME"), ".arkor"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere := newRun(t, "HOME="+filepath.Join(t.TempDir(), "none"))
	for name, env := range map[string]cli.Env{"file in the way": blocked.env, "no home": {}, "home that is not there": nowhere.env} {
		a, errA := machineID(env)
		b, errB := machineID(env)
		if a == b || !uuid4.MatchString(a) || !uuid4.MatchString(b) || errA == nil || errB == nil {
			t.Errorf("%s: %q, %v; %q, %v", name, a, errA, b, errB)
		}
	}
	if _, err := os.Stat(nowhere.env.Getenv("HOME")); err == nil {
		t.Error("a home was made")
	}
}
