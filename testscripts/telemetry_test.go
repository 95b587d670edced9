package testscripts

import (
	"errors"
	"io/fs"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const telemetryKey = "phc_end_to_end"

// TestTelemetry runs binaries with a collector stamped in, as a packager would
// build them.
func TestTelemetry(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	bin := stampedBinaries(t, c.host())

	t.Run("a command sends when it begins and when it ends", func(t *testing.T) {
		r := newTelemetryRun(t, bin, "npm_config_user_agent=npm/10.8.2 node/v20.20.2 linux x64")
		r.succeeds(t, "arkor-init", "init", "demo", "--yes")
		events, _ := c.taken()
		id, err := os.ReadFile(filepath.Join(r.home, ".arkor", "telemetry-id"))
		if err != nil {
			t.Fatal(err)
		}
		common := map[string]any{
			"command": "init", "sdk_version": "1.2.3", "node_version": "v20.20.2", "platform": nodePlatform(), "auth_mode": "none",
			"$process_person_profile": false, "$geoip_disable": true, "$lib": "posthog-go", "$lib_version": "1.5.2",
		}
		wantEvents(t, events, string(id), common, "cli_command_started", "cli_command_completed")

		r.store(t, "credentials.json", `{"mode":"anon","token":"plainlettertoken","anonymousId":"an_1"}`)
		r.write(t, "secret plan", "not a folder")
		got := r.exec(t, "arkor-init", "init", "secret plan")
		if got.status != 1 || !strings.Contains(got.stderr, "secret plan") {
			t.Errorf("%+v", got)
		}
		common["auth_mode"] = "anon"
		events, _ = c.taken()
		wantEvents(t, events, "an_1", common, "cli_command_started", "cli_command_failed")
		for _, e := range events {
			for name, value := range e.Properties {
				if text, ok := value.(string); ok && (strings.Contains(text, "secret") || strings.Contains(text, r.dir) || strings.Contains(text, "plainletter")) {
					t.Errorf("%s of %s is %q", name, e.Event, text)
				}
			}
		}
	})

	t.Run("the dispatcher leaves it to the binary", func(t *testing.T) {
		r := newTelemetryRun(t, bin)
		r.succeeds(t, "arkor", "init", "demo", "--yes")
		events, _ := c.taken()
		if len(events) != 2 || events[0].Event != "cli_command_started" || events[1].Event != "cli_command_completed" {
			t.Errorf("%+v", events)
		}
	})

	// F9, F10: the commands that people type, under who they were before; nothing
	// of what the parts of the tool ask each other. J8: no event joins the two.
	t.Run("signing in", func(t *testing.T) {
		api := &cloudAPI{}
		server := httptest.NewServer(api)
		defer server.Close()
		r := newTelemetryRun(t, bin, "ARKOR_CLOUD_API_URL="+server.URL, "NO_COLOR=1")
		common := map[string]any{
			"sdk_version": "1.2.3", "node_version": "", "platform": nodePlatform(),
			"$process_person_profile": false, "$geoip_disable": true, "$lib": "posthog-go", "$lib_version": "1.5.2",
		}
		const began, completed, failed = "cli_command_started", "cli_command_completed", "cli_command_failed"
		for _, tt := range []struct {
			args, mode string
			status     int
			events     []string
		}{
			{"whoami", "none", 0, []string{began, completed}}, // W1
			{"logout", "none", 0, []string{began, completed}}, // X1
			{"login --anonymous", "none", 0, []string{began, completed}},
			{"login --anonymous", "anon", 0, []string{began, completed}},
			{"token", "anon", 0, nil},
			{"whoami", "anon", 0, []string{began, completed}},
			{"whoami", "anon", 0, []string{began, completed}}, // W4: 401
			{"whoami", "anon", 1, []string{began, completed}}, // 426
			{"whoami --json", "anon", 1, []string{began, failed}},
			{"login --oauth", "anon", 1, []string{began, failed}},
			{"logout", "anon", 0, []string{began, completed}}, // X3
			{"logout --force", "anon", 0, []string{began, completed}},
			{"login --oauth --anonymous", "none", 1, nil},
			{"logout --yes", "none", 1, nil},
			{"whoami extra", "none", 1, nil},
			{"whoami --help", "none", 0, nil},
		} {
			args := strings.Fields(tt.args)
			got := r.exec(t, "arkor-auth", args...)
			events, _ := c.taken()
			if got.status != tt.status {
				t.Errorf("%s: %+v", tt.args, got)
			}
			id := "an_1"
			if tt.mode == "none" {
				data, err := os.ReadFile(filepath.Join(r.home, ".arkor", "telemetry-id"))
				if err != nil {
					t.Fatal(err)
				}
				id = string(data)
			}
			common["command"], common["auth_mode"] = args[0], tt.mode
			wantEvents(t, events, id, common, tt.events...)
		}

		// F5: one version, wherever it shows.
		for _, binary := range []string{"arkor", "arkor-auth", "arkor-init"} {
			if got := r.exec(t, binary, "--version"); got != (result{stdout: "1.2.3\n"}) {
				t.Errorf("%s --version: %+v", binary, got)
			}
		}
		if got := r.exec(t, "arkor", "whoami", "--version"); got != (result{stdout: "1.2.3\n"}) {
			t.Errorf("arkor whoami --version: %+v", got)
		}
		if clients := api.clients(); len(clients) < 6 || slices.ContainsFunc(clients, func(c string) bool { return c != "arkor/1.2.3" }) {
			t.Errorf("X-Arkor-Client: %q", clients)
		}
		r.exec(t, "arkor", "login", "--anonymous")
		got := r.exec(t, "arkor", "whoami")
		if want := "Arkor SDK 1.2.3 is deprecated (current: 1.2.3). Run `npm install -g arkor@latest`.\n"; !strings.HasSuffix(got.stderr, want) {
			t.Errorf("the notice: %+v", got)
		}
		if events, _ := c.taken(); len(events) != 4 {
			t.Errorf("dispatched: %+v", events)
		}
	})

	t.Run("nothing is sent", func(t *testing.T) {
		for name, tt := range map[string]struct {
			set    string
			binary string
			args   []string
			status int
		}{
			"DO_NOT_TRACK":             {set: "DO_NOT_TRACK=1", binary: "arkor-init", args: []string{"init", "demo", "--yes"}},
			"ARKOR_TELEMETRY_DISABLED": {set: "ARKOR_TELEMETRY_DISABLED=true", binary: "arkor-init", args: []string{"init", "demo", "--yes"}},
			"opted out, dispatched":    {set: "DO_NOT_TRACK=1", binary: "arkor", args: []string{"init", "demo", "--yes"}},
			"help":                     {binary: "arkor-init", args: []string{"init", "--help"}},
			"version":                  {binary: "arkor-init", args: []string{"--version"}},
			"unknown option":           {binary: "arkor-init", args: []string{"init", "--nope"}, status: 1},
			"option without a value":   {binary: "arkor-init", args: []string{"init", "--name"}, status: 1},
			"no command":               {binary: "arkor-init", status: 1},
			"unknown command":          {binary: "arkor", args: []string{"nope"}, status: 1},
			"help of the dispatcher":   {binary: "arkor", args: []string{"help", "init"}},
			"a build from source":      {binary: filepath.Join(binaries, "arkor-init"), args: []string{"init", "demo", "--yes"}},
		} {
			r := newTelemetryRun(t, bin, tt.set)
			if got := r.exec(t, tt.binary, tt.args...); got.status != tt.status {
				t.Errorf("%s: %+v", name, got)
			}
			if events, connections := c.taken(); len(events) > 0 || connections > 0 {
				t.Errorf("%s: %d connections, events %+v", name, connections, events)
			}
			if _, err := os.Stat(filepath.Join(r.home, ".arkor")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: an id was made: %v", name, err)
			}
		}
	})

	// The command is what it is without telemetry, and waits two seconds at most.
	unobserved := newTelemetryRun(t, bin, "DO_NOT_TRACK=1")
	done := unobserved.exec(t, "arkor-init", "init", "demo", "--yes")
	unobserved.write(t, "plan", "not a folder")
	failed := unobserved.exec(t, "arkor-init", "init", "plan")
	if done.status != 0 || failed.status != 1 {
		t.Fatalf("without telemetry: %+v, %+v", done, failed)
	}
	undisturbed := func(t *testing.T) {
		t.Helper()
		r := newTelemetryRun(t, bin)
		r.write(t, "plan", "not a folder")
		for want, args := range map[result][]string{done: {"init", "demo", "--yes"}, failed: {"init", "plan"}} {
			begun := time.Now()
			got := r.exec(t, "arkor-init", args...)
			got.stderr = strings.ReplaceAll(got.stderr, r.dir, unobserved.dir)
			if got != want {
				t.Errorf("%v: got %+v, want %+v", args, got, want)
			}
			// Mostly the command's own time, on a machine that is busy.
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("%v took %v", args, took)
			}
		}
	}
	for name, answer := range map[string]func(*collector, net.Conn){
		"a collector that is silent":            (*collector).keepSilent,
		"a collector that hangs up":             func(_ *collector, conn net.Conn) { conn.Close() },
		"a collector that fails":                say("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 7\r\n\r\nno way\n"),
		"a collector that does not speak HTTP":  say("220 mail.example.test ESMTP\r\n"),
		"a collector that talks without an end": say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{"),
	} {
		t.Run(name, func(t *testing.T) {
			c.answerWith(answer)
			undisturbed(t)
			if _, connections := c.taken(); connections == 0 {
				t.Error("nothing was tried")
			}
		})
	}
	t.Run("no collector at all", func(t *testing.T) {
		c.close()
		undisturbed(t)
	})
}

// The Makefile stamps by the same names.
func TestMakeStampsTheCollector(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("there is no make")
	}
	dry := exec.Command("make", "--no-print-directory", "-n", "build", "ARKOR_POSTHOG_KEY=phc_x", "ARKOR_POSTHOG_HOST=https://eu.example.test")
	dry.Dir = ".."
	out, err := dry.CombinedOutput()
	const want = "-X github.com/arkorlab/arkor-go/shared/telemetry.key=phc_x -X github.com/arkorlab/arkor-go/shared/telemetry.host=https://eu.example.test"
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("make -n build: %v\n%s", err, out)
	}
}
