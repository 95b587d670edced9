package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
	"github.com/arkorlab/arkor-go/arkor-studio/runs"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// TestMain lets the test binary stand in for the siblings, by its name.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "arkor-auth":
		fakeAuth()
	case "arkor-build":
		fakeBuild()
	default:
		os.Exit(m.Run())
	}
}

// fakeAuth prints what the test wants to be said, and keeps a list of what it
// was asked. A token that was rejected is replaced.
func fakeAuth() {
	dir := os.Getenv("FAKE")
	note(dir, "auth "+strings.Join(os.Args[1:], " "))
	switch os.Args[1] {
	case "login":
		fakeLogin(dir)
	case "logout":
		if text, err := os.ReadFile(filepath.Join(dir, "logout-error")); err == nil {
			os.Stderr.Write(text)
			os.Exit(1)
		}
		os.Exit(0)
	}
	for exists(filepath.Join(dir, "wait")) {
		time.Sleep(time.Millisecond)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "auth-error")); err == nil {
		os.Stderr.Write(text)
		os.Exit(1)
	}
	name := "identity"
	if len(os.Args) > 4 && os.Args[3] == "--rejected" {
		name = "renewed"
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		fmt.Fprintln(os.Stderr, "arkor-auth token: the access token was refused\nhint: sign in again")
		os.Exit(1)
	}
	os.Stdout.Write(text)
}

// fakeLogin says the file "login", and ends when there is no "login-waits".
func fakeLogin(dir string) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	note(dir, "login begins")
	fmt.Println("secret words on stdout")
	text, _ := os.ReadFile(filepath.Join(dir, "login"))
	os.Stderr.Write(text)
	for exists(filepath.Join(dir, "login-waits")) {
		select {
		case <-signals:
			note(dir, "login interrupted")
			os.Exit(130)
		case <-time.After(time.Millisecond):
		}
	}
	if exists(filepath.Join(dir, "login-fails")) {
		os.Exit(1)
	}
	os.Exit(0)
}

// fakeBuild behaves as the file "start" or "manifest" says.
func fakeBuild() {
	dir := os.Getenv("FAKE")
	note(dir, "build "+strings.Join(os.Args[1:], " "))
	if os.Args[1] == "manifest" {
		note(dir, fmt.Sprintf("child %d", os.Getpid()))
		for exists(filepath.Join(dir, "manifest-waits")) {
			time.Sleep(time.Millisecond)
		}
		if text, err := os.ReadFile(filepath.Join(dir, "manifest-error")); err == nil {
			os.Stderr.Write(text)
			places, _ := os.ReadFile(filepath.Join(dir, "manifest"))
			os.Stdout.Write(places)
			os.Exit(1)
		}
		text, _ := os.ReadFile(filepath.Join(dir, "manifest"))
		os.Stdout.Write(text)
		return
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	if len(os.Args) > 2 && os.Args[2] == "--preview" {
		fakePreview(dir, signals)
	}
	behaviour, _ := os.ReadFile(filepath.Join(dir, "start"))
	switch string(behaviour) {
	case "exit":
		fmt.Println("out\nStarted job j_1")
		fmt.Fprintln(os.Stderr, "err")
		os.Exit(3)
	case "signal":
		signalSelf(syscall.SIGKILL)
		select {}
	case "flood": // a character of three bytes in every line
		line := []byte(strings.Repeat("x", 95) + "\u20ac\n")
		for range 10 << 20 / len(line) {
			os.Stdout.Write(line)
		}
		fmt.Println("last line")
	case "halves": // a character in two writes
		os.Stdout.Write([]byte("a\xe2"))
		note(dir, "half")
		<-signals
		os.Stdout.Write([]byte("\x82\xacb"))
	case "surroundings":
		dir, _ := os.Getwd()
		text, err := io.ReadAll(os.Stdin)
		fmt.Printf("%s\n%s\nstdin: %d bytes, %v\n", dir, os.Getenv("HOME"), len(text), err)
	case "silent":
		<-signals
	case "parent": // of a process that holds our output
		child := exec.Command("/bin/sleep", "600")
		child.Stdout = os.Stdout
		if err := child.Start(); err != nil {
			os.Exit(1)
		}
		note(dir, fmt.Sprintf("child %d", child.Process.Pid))
		for !exists(filepath.Join(dir, "parent-ends")) {
			time.Sleep(time.Millisecond)
		}
	case "stubborn":
		fmt.Println("Started job j_9")
		for {
			note(dir, "signal "+(<-signals).String())
		}
	default:
		fmt.Println("Started job j_1")
		s := <-signals
		note(dir, "signal "+s.String())
		if s == syscall.SIGHUP {
			signal.Reset(s)
			signalSelf(syscall.SIGHUP)
			select {}
		}
		fmt.Println("job j_1 is cancelled")
		os.Exit(143)
	}
}

// fakePreview prints the file "preview", once there is no file "preview-waits".
func fakePreview(dir string, signals <-chan os.Signal) {
	note(dir, "preview asked")
	for exists(filepath.Join(dir, "preview-waits")) {
		select {
		case s := <-signals:
			note(dir, "preview "+s.String())
			os.Exit(143)
		case <-time.After(time.Millisecond):
		}
	}
	fmt.Fprintln(os.Stderr, "said on stderr")
	text, _ := os.ReadFile(filepath.Join(dir, "preview"))
	os.Stdout.Write(text)
	if !strings.Contains(string(text), `"refusals":[]`) {
		os.Exit(1)
	}
	os.Exit(0)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func signalSelf(s os.Signal) {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Signal(s)
	}
}

func note(dir, line string) {
	f, err := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		fmt.Fprintln(f, line)
		f.Close()
	}
}

const (
	cloudToken   = "s3cret-cloud-token"
	renewedToken = "s3cret-renewed-token"
	anonOrg      = "anon-1f2e"
)

// request is what the fake cloud was asked.
type request struct{ Method, URI, Auth, Client, Type, Accept, LastID, Body string }

// fakeCloud answers with what a test puts there, and refuses everything else.
// It wants the scope of the fixture wherever there should be one.
type fakeCloud struct {
	*httptest.Server
	t        *testing.T
	mu       sync.Mutex
	asked    []request
	handlers map[string]http.HandlerFunc
	token    string
}

func newCloud(t *testing.T) *fakeCloud {
	c := &fakeCloud{t: t, handlers: map[string]http.HandlerFunc{}, token: cloudToken}
	c.Server = httptest.NewServer(c)
	t.Cleanup(func() { c.CloseClientConnections(); c.Close() })
	return c
}

func (c *fakeCloud) on(route string, h http.HandlerFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handlers[route] = h
}

// say answers a route with a status and a body.
func (c *fakeCloud) say(route string, status int, body string) {
	c.on(route, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	})
}

func (c *fakeCloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	c.asked = append(c.asked, request{r.Method, r.RequestURI, r.Header.Get("Authorization"), r.Header.Get("X-Arkor-Client"),
		r.Header.Get("Content-Type"), r.Header.Get("Accept"), r.Header.Get("Last-Event-ID"), string(body)})
	h, token := c.handlers[r.Method+" "+r.URL.EscapedPath()], c.token
	c.mu.Unlock()
	q := r.URL.Query()
	unscoped := r.URL.Path == "/v1/me" || r.URL.Path == "/v1/models" || r.URL.Path == "/v1/projects"
	switch {
	case r.Header.Get("Authorization") != "Bearer "+token:
		http.Error(w, `{"error":"bad token"}`, http.StatusUnauthorized)
	case !unscoped && (q.Get("orgSlug") == "" || q.Get("projectSlug") != "bot"):
		http.Error(w, `{"error":"bad scope"}`, http.StatusBadRequest)
	case h == nil:
		http.Error(w, `{"error":"Not found"}`, http.StatusNotFound)
	default:
		h(w, r)
	}
}

func (c *fakeCloud) requests() []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]request(nil), c.asked...)
}

// errStopped is why the server of a test ends.
var errStopped = errors.New("the test is over")

// studio is a running server with everything around it.
type studio struct {
	*Server
	t      *testing.T
	cloud  *fakeCloud
	launch guard.Launch
	url    string
	dir    string // of the project
	fake   string // where the siblings look
	home   string
	log    *syncBuffer
	stop   func() []runs.Run
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

const (
	anonymousMode = "anon"
	oauthMode     = "oauth"
	localMode     = "local"
)

const usableState = `{"orgSlug":"anon-1f2e","projectSlug":"bot","projectId":"p_1"}`

// start starts a server whose identity has a mode, in a project called bot with
// this state.json ("" for none).
func start(t *testing.T, mode, state string) *studio {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the siblings' stand-ins are told what to do by signals")
	}
	root := t.TempDir()
	s := &studio{t: t, cloud: newCloud(t), dir: filepath.Join(root, "bot"), fake: filepath.Join(root, "fake"), home: filepath.Join(root, "home"), log: &syncBuffer{}}
	bin := filepath.Join(root, "bin")
	for _, dir := range []string{s.dir, s.fake, s.home, bin} {
		must(t, os.MkdirAll(dir, 0o755))
	}
	self, err := os.Executable()
	must(t, err)
	for _, name := range []string{"arkor-auth", "arkor-build"} {
		must(t, os.Symlink(self, filepath.Join(bin, name)))
	}
	s.identity("identity", cloudToken, mode)
	s.write("fake/manifest", `{"trainer":{"name":"run-1"}}`)
	if state != "" {
		s.write("bot/.arkor/state.json", state)
	}
	env := cli.Env{
		Dir: s.dir, Program: filepath.Join(bin, "arkor-studio"), Stderr: s.log, Notice: new(cli.Notice),
		Environ: []string{"FAKE=" + s.fake, "HOME=" + s.home, "PATH=/nowhere"},
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	s.launch = guard.NewLaunch(listener.Addr().(*net.TCPAddr).Port)
	s.url = fmt.Sprintf("http://127.0.0.1:%d", s.launch.Port)
	s.Server, err = New(env, s.launch, slog.New(slog.NewTextHandler(s.log, nil)))
	must(t, err)
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := make(chan []runs.Run, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	s.stop = sync.OnceValue(func() []runs.Run {
		cancel(errStopped)
		return <-ended
	})
	t.Cleanup(func() { s.stop() })
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *studio) identity(name, token, mode string) {
	org := `null`
	if mode == anonymousMode {
		org = `"` + anonOrg + `"`
	}
	if mode == localMode {
		org = `"local"`
	}
	s.write("fake/"+name, fmt.Sprintf(`{"token":%q,"mode":%q,"apiUrl":%q,"orgSlug":%s,"expiresAt":null,"scope":null}`, token, mode, s.cloud.URL, org))
}

// write puts a file below the folder of the test.
func (s *studio) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(filepath.Dir(s.dir), filepath.FromSlash(name))
	must(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(s.t, os.WriteFile(path, []byte(text), 0o600))
}

// calls returns what the siblings were asked.
func (s *studio) calls() []string {
	text, _ := os.ReadFile(filepath.Join(s.fake, "calls"))
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

func (s *studio) called(prefix string) (n int) {
	for _, call := range s.calls() {
		if strings.HasPrefix(call, prefix) {
			n++
		}
	}
	return n
}

// waitFor waits for a call of a sibling.
func (s *studio) waitFor(call string) {
	s.t.Helper()
	eventually(s.t, call, func() bool { return s.called(call) > 0 })
}

func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if happened() {
			return
		}
	}
	t.Fatalf("waited in vain for: %s", what)
}

type reply struct {
	status int
	body   string
	header http.Header
}

func (s *studio) request(method, path, body string) *http.Request {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	must(s.t, err)
	req.Header.Set(guard.Header, s.launch.Token)
	return req
}

func (s *studio) do(method, path, body string) reply {
	s.t.Helper()
	return s.send(s.request(method, path, body))
}

func (s *studio) send(req *http.Request) reply {
	s.t.Helper()
	res, err := http.DefaultClient.Do(req)
	must(s.t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(s.t, err)
	if strings.Contains(string(data), "s3cret") || strings.Contains(fmt.Sprint(res.Header), "s3cret") {
		s.t.Errorf("%s %s: the cloud's token reached the page: %s", req.Method, req.URL.Path, data)
	}
	return reply{res.StatusCode, string(data), res.Header}
}

// expect compares status and body.
func (r reply) expect(t *testing.T, what string, status int, body string) {
	t.Helper()
	if r.status != status || r.body != body {
		t.Errorf("%s: got %d %s\nwant %d %s", what, r.status, r.body, status, body)
	}
}

// openStream opens an event stream and returns its frames as they come.
func (s *studio) openStream(path, lastID string) (next func() (event, data, id string), closeIt func()) {
	s.t.Helper()
	req := s.request("GET", path, "")
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := http.DefaultClient.Do(req)
	must(s.t, err)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		s.t.Fatalf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
	}
	lines := bufio.NewReaderSize(res.Body, 1<<20)
	return func() (event, data, id string) {
		for {
			line, err := lines.ReadString('\n')
			line = strings.TrimSuffix(line, "\n")
			switch {
			case err != nil:
				return "closed", err.Error(), id
			case line == "":
				return event, data, id
			case strings.HasPrefix(line, "event: "):
				event = line[7:]
			case strings.HasPrefix(line, "data: "):
				data = line[6:]
			case strings.HasPrefix(line, "id: "):
				id = line[4:]
			}
		}
	}, func() { res.Body.Close() }
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}
