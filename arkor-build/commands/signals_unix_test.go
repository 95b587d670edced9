//go:build unix

package commands

import (
	"bufio"
	"bytes"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// session is a running "arkor start".
type session struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr *bufio.Reader
	said   bytes.Buffer // on stderr
}

// begin starts an entry outside of any terminal.
func begin(t *testing.T, entry string, options ...string) *session {
	t.Helper()
	s := &session{t: t, cmd: program(t, entryProject(t, entry), append([]string{"start"}, options...)...)}
	// Away from the terminal of whoever runs the tests, which would be taken
	// for the sender of the signals.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdout, s.stderr = bufio.NewReader(stdout), bufio.NewReader(stderr)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

// expectOut waits for a line on stdout.
func (s *session) expectOut(want string) {
	s.t.Helper()
	for {
		line, err := s.stdout.ReadString('\n')
		if strings.TrimSuffix(line, "\n") == want {
			return
		}
		if err != nil {
			s.t.Fatalf("stdout ended without %q; stderr:\n%s", want, s.rest())
		}
	}
}

// expectErr waits for a line on stderr.
func (s *session) expectErr(want string) {
	s.t.Helper()
	line, err := s.stderr.ReadString('\n')
	if strings.TrimSuffix(line, "\n") != want {
		s.t.Fatalf("stderr says %q, want %q (%v)", line, want, err)
	}
}

func (s *session) rest() string {
	_, _ = s.said.ReadFrom(s.stderr)
	return s.said.String()
}

func (s *session) signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the process and returns what was left on stdout.
func (s *session) end(status int) string {
	s.t.Helper()
	var out bytes.Buffer
	_, _ = out.ReadFrom(s.stdout)
	stderr := s.rest()
	_ = s.cmd.Wait()
	if got := s.cmd.ProcessState.ExitCode(); got != status {
		s.t.Errorf("exit status %d, want %d; stderr:\n%s", got, status, stderr)
	}
	return out.String()
}

// forever is a wait() that lasts until the process is ended.
const forever = `wait() { return new Promise(() => { setInterval(() => {}, 1 << 30); }); }`

func TestFirstSignalCancels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		signal syscall.Signal
		status int
	}{
		{"SIGINT", syscall.SIGINT, 130},
		{"SIGTERM", syscall.SIGTERM, 143},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, `export const trainer = `+trainer(forever, `async cancel() { console.log("cancel()"); }`)+`;`)
			s.expectOut("Started job j1")
			s.signal(test.signal)
			s.expectErr("arkor start: interrupted; cancelling job j1 (again to exit at once)")
			s.expectErr("arkor start: job j1 is cancelled")
			if out := s.end(test.status); out != "cancel()\n" {
				t.Errorf("stdout: %q", out)
			}
		})
	}
}

func TestFirstSignalDetaches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		signal syscall.Signal
		status int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}}
	for _, test := range tests {
		t.Run(test.signal.String(), func(t *testing.T) {
			t.Parallel()
			s := begin(t, `export const trainer = `+trainer(forever, `async cancel() { console.log("cancel()"); }`)+`;`, "--on-interrupt", "detach")
			s.expectOut("Started job j1")
			s.signal(test.signal)
			s.expectErr("arkor start: detached; job j1 goes on running")
			if out := s.end(test.status); out != "" {
				t.Errorf("stdout: %q", out)
			}
		})
	}
}

// Nobody could find a job again whose id was never said.
func TestDetachingDuringStart(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, settle, want string }{
		{"created", `resolve({ jobId: "j2" })`, "arkor start: detached; job j2 goes on running"},
		{"refused", `reject(new Error("no seats left"))`, "arkor start: no job was started"},
		{"unanswered", `0`, "arkor start: a job may have been started: no answer within 5 seconds"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, `
let settle: () => void;
export const trainer = `+trainer(`start() { console.log("start()"); return new Promise((resolve, reject) => { setInterval(() => {}, 1 << 30); settle = () => `+test.settle+`; process.stderr.write = intercept(process.stderr.write); }); }`)+`;
// Creating the job ends after the signal was noticed.
function intercept(write: any) { return function (this: any, ...args: any[]) { settle(); return write.apply(process.stderr, args); } as any; }
`, "--on-interrupt", "detach")
			s.expectOut("start()")
			s.signal(syscall.SIGINT)
			s.expectErr("arkor start: interrupted; waiting for the job that is being created (again to exit at once)")
			s.expectErr(test.want)
			s.end(130)
		})
	}
}

func TestSignalsInJSON(t *testing.T) {
	t.Parallel()
	entry := `console.log("loading"); export const trainer = ` + trainer(forever) + `;`
	tests := []struct {
		name    string
		entry   string
		options []string
		signal  syscall.Signal
		last    string
		status  int
	}{
		{"cancelled", entry, nil, syscall.SIGINT, `{"type":"interrupted","signal":"SIGINT","jobId":"j1","cancelled":true}`, 130},
		{"detached", entry, []string{"--on-interrupt", "detach"}, syscall.SIGTERM, `{"type":"interrupted","signal":"SIGTERM","jobId":"j1","cancelled":false}`, 143},
		{"hung up", entry, nil, syscall.SIGHUP, `{"type":"interrupted","signal":"SIGHUP","jobId":"j1","cancelled":false}`, -1},
		{"not cancelled", `export const trainer = ` + trainer(forever, `async cancel() { throw new Error("no such job"); }`) + `;`, nil,
			syscall.SIGINT, `{"type":"interrupted","signal":"SIGINT","jobId":"j1","cancelled":false}`, 130},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, test.entry, append([]string{"--json"}, test.options...)...)
			s.expectOut(strings.TrimSuffix(submitted, "\n"))
			s.signal(test.signal)
			if out := s.end(test.status); out != test.last+"\n" {
				t.Errorf("stdout: %q", out)
			}
		})
	}
}

// A runtime whose parent is killed is told to end, which cancels its job
// (rule 18). Only Linux tells it.
func TestRuntimeDoesNotOutliveTheCommand(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no parent-death signal here")
	}
	s := begin(t, `export const trainer = `+trainer(forever, `async cancel() { console.log("cancel()"); }`)+`;`)
	s.expectOut("Started job j1")
	s.signal(syscall.SIGKILL)
	if out := s.end(-1); out != "cancel()\n" { // stdout ends when the runtime does
		t.Errorf("stdout: %q", out)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	s := begin(t, `export const trainer = `+trainer(forever, `cancel() { return new Promise(() => {}); }`)+`;`)
	s.expectOut("Started job j1")
	s.signal(syscall.SIGINT)
	s.expectErr("arkor start: interrupted; cancelling job j1 (again to exit at once)")
	s.signal(syscall.SIGTERM)
	s.end(143)
}

// timeout(1) and service managers send a signal to the whole group, and a parent
// hands it on: that is one signal.
func TestASignalByTwoWays(t *testing.T) {
	t.Parallel()
	s := begin(t, `export const trainer = `+trainer(forever, `
		cancel() { return new Promise((resolve) => { process.on("SIGUSR2", resolve); console.log("cancel()"); }); }`)+`;`)
	s.expectOut("Started job j1")
	s.signal(syscall.SIGTERM)
	s.expectOut("cancel()")
	s.signal(syscall.SIGTERM)
	s.signal(syscall.SIGUSR2)
	s.expectErr("arkor start: interrupted; cancelling job j1 (again to exit at once)")
	s.expectErr("arkor start: job j1 is cancelled")
	s.end(143)
}

func TestCancelThatFails(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, cancel, reason string }{
		{"refused", `async cancel() { throw new Error("no such job"); }`, "no such job"},
		{"refused at once", `cancel() { throw "never"; }`, "never"},
		{"without an answer", `cancel() { return new Promise(() => {}); }`, "no answer within 5 seconds"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, `export const trainer = `+trainer(forever, test.cancel)+`;`)
			s.expectOut("Started job j1")
			s.signal(syscall.SIGINT)
			s.expectErr("arkor start: interrupted; cancelling job j1 (again to exit at once)")
			s.expectErr("arkor start: could not cancel job j1, which may go on running: " + test.reason)
			s.end(130)
		})
	}
}

// Nothing is known of a job whose creation takes too long, not even that it is.
func TestCancelBeforeThereIsAJob(t *testing.T) {
	t.Parallel()
	s := begin(t, `
let tell: (event: unknown) => void;
setInterval(() => {}, 1 << 30);
export const trainer = {
  ...`+trainer(`start() {
    process.on("SIGUSR2", () => tell({ type: "preview", preview: { train: { samples: 1 }, refusals: [] } }));
    console.log("starting");
    return new Promise(() => {});
  }`)+`,
  [Symbol.for("arkor.trainer.observe")](listener: typeof tell) { tell = listener; },
};`)
	s.expectOut("starting")
	s.signal(syscall.SIGINT)
	s.expectErr("arkor start: interrupted; cancelling the job (again to exit at once)")
	s.signal(syscall.SIGUSR2) // what the run would have been is no news any more
	s.expectErr("arkor start: a job may have been started: no answer within 5 seconds")
	s.end(130)
}

// While data is checked or uploaded, for however long, there is no job to wait for.
func TestSignalWhilePreparing(t *testing.T) {
	t.Parallel()
	s := begin(t, `
setInterval(() => {}, 1 << 30);
export const trainer = {
  ...`+trainer(`start() { console.log("starting"); return new Promise(() => {}); }`, `async cancel() { console.log("cancel()"); }`)+`,
  [Symbol.for("arkor.trainer.abandon")]() { console.log("abandon()"); return true; },
};`)
	s.expectOut("starting")
	s.signal(syscall.SIGINT)
	s.expectErr("arkor start: interrupted; cancelling the job (again to exit at once)")
	s.expectErr("arkor start: no job was started")
	if out := s.end(130); out != "abandon()\n" {
		t.Errorf("stdout: %q", out)
	}
}

// A job that is being created when the signal arrives is waited for, since it
// would run on unnoticed.
func TestSignalDuringStart(t *testing.T) {
	t.Parallel()
	s := begin(t, `
let begun: () => void;
export const trainer = `+trainer(
		`start() { console.log("start()"); return new Promise((resolve) => { setInterval(() => {}, 1 << 30); begun = () => resolve({ jobId: "j2" }); process.stderr.write = intercept(process.stderr.write); }); }`,
		`async cancel() { console.log("cancel()"); }`, `[Symbol.for("arkor.trainer.abandon")]() { return false; }`)+`;
// Creating the job ends after the signal was noticed.
function intercept(write: any) { return function (this: any, ...args: any[]) { begun(); return write.apply(process.stderr, args); } as any; }
`)
	s.expectOut("start()")
	s.signal(syscall.SIGINT)
	s.expectErr("arkor start: interrupted; cancelling the job (again to exit at once)")
	s.expectErr("arkor start: job j2 is cancelled")
	if out := s.end(130); out != "cancel()\n" {
		t.Errorf("stdout: %q", out)
	}
}

// Until there is a trainer a signal does what it always does, also to a module
// that never lets anything else happen.
func TestSignalWhileLoading(t *testing.T) {
	t.Parallel()
	for _, hanging := range []string{`await new Promise(() => { setInterval(() => {}, 1 << 30); });`, `for (;;);`} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(hanging+" "+signal.String(), func(t *testing.T) {
				t.Parallel()
				s := begin(t, `console.log("loading"); `+hanging)
				s.expectOut("loading")
				s.signal(signal)
				if out := s.end(-1); out != "" || s.said.String() != "" {
					t.Errorf("stdout: %q stderr: %q", out, s.said.String())
				}
				if status := s.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != signal {
					t.Errorf("ended with %v", s.cmd.ProcessState)
				}
			})
		}
	}
}

func TestHangupDetaches(t *testing.T) {
	t.Parallel()
	s := begin(t, `export const trainer = `+trainer(forever, `async cancel() { console.log("cancel()"); }`)+`;`)
	s.expectOut("Started job j1")
	s.signal(syscall.SIGHUP)
	s.expectErr("arkor start: detached; job j1 goes on running")
	if out := s.end(-1); out != "" {
		t.Errorf("stdout: %q", out)
	}
	if status := s.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGHUP {
		t.Errorf("ended with %v", s.cmd.ProcessState)
	}
}

func TestUserHandlersWin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, handler string
		status        int
		out           string
	}{
		{"exit with a status after some work", `process.on("SIGINT", () => { console.log("handled"); setTimeout(() => process.exit(7)); });`, 7, "handled\n"},
		{"once", `process.once("SIGINT", () => { console.log("handled"); process.exit(7); });`, 7, "handled\n"},
		{"the run goes on", `process.on("SIGINT", () => { console.log("handled"); finish({ job: { id: "j1", status: "completed" } }); });`, 0, "handled\nJob j1 finished with status=completed\n"},
		{"cancelling by themselves", `process.on("SIGINT", () => { trainer.cancel(); finish({ job: { id: "j1", status: "cancelled" } }); });`, 1, "cancel()\nJob j1 finished with status=cancelled\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, `
let finish: (value: unknown) => void;
let timer: any;
export const trainer = `+trainer(
				`wait() { timer = setInterval(() => {}, 1 << 30); return new Promise((resolve) => { finish = (value) => { clearInterval(timer); resolve(value); }; }); }`,
				`async cancel() { console.log("cancel()"); }`)+`;
`+test.handler)
			s.expectOut("Started job j1")
			s.signal(syscall.SIGINT)
			if out := s.end(test.status); out != test.out {
				t.Errorf("stdout: %q, want %q", out, test.out)
			}
			lacks(t, "stderr", s.said.String(), "interrupted")
		})
	}
}

// A library that cleans up and raises the signal again when it is the only
// listener finds itself the only one.
func TestReRaisedSignal(t *testing.T) {
	t.Parallel()
	s := begin(t, `
const clean = () => {
  console.log("listeners " + process.listenerCount("SIGTERM"));
  process.off("SIGTERM", clean);
  process.kill(process.pid, "SIGKILL");
};
process.on("SIGTERM", clean);
export const trainer = `+trainer(forever)+`;`)
	s.expectOut("Started job j1")
	s.signal(syscall.SIGTERM)
	if out := s.end(-1); out != "listeners 1\n" {
		t.Errorf("stdout: %q", out)
	}
}

// Running out of memory ends node with an abort, which Go would answer with a
// dump of its own stacks if it did the same.
func TestAbort(t *testing.T) {
	t.Parallel()
	got := start(t, `export const trainer = `+trainer(`wait() { process.kill(process.pid, "SIGABRT"); return new Promise(() => { setInterval(() => {}, 1 << 30); }); }`)+`;`)
	expect(t, got, built+"Started job j1\n", 128+int(syscall.SIGABRT))
	lacks(t, "stderr", got.stderr, "goroutine")
}

// A caller sees the signal that ended the runtime, not a number.
func TestDeathBySignal(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `export const trainer = `+trainer(`wait() { process.kill(process.pid, "SIGKILL"); return new Promise(() => { setInterval(() => {}, 1 << 30); }); }`)+`;`)
	err := program(t, dir, "start").Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if status := exit.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Errorf("ended with %v", exit)
	}
}
