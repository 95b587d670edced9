package daemon_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestMain(m *testing.M) {
	if fakeworker.IsWorker() {
		os.Exit(fakeworker.Main())
	}
	os.Exit(m.Run())
}

// backend is a daemon on a real socket, with the fake worker behind it.
type backend struct {
	t       testing.TB
	options daemon.Options
	client  *cloud.Client
	cancel  context.CancelFunc
	ended   chan struct{}
}

var scope = cloud.Scope{OrgSlug: "local", ProjectSlug: "demo"}

// start runs a backend with a project "demo" until the test ends.
func start(t testing.TB, change ...func(*daemon.Options)) *backend {
	t.Helper()
	bin := fakeworker.Install(t)
	b := &backend{t: t, options: daemon.Options{
		Env:  cli.Env{Dir: t.TempDir(), Program: filepath.Join(bin, "arkor-backend"), Environ: append(os.Environ(), "PATH="+bin)},
		Home: daemon.Home(t.TempDir()), Listen: "127.0.0.1:0", Grace: 10 * time.Second,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}}
	for _, f := range change {
		f(&b.options)
	}
	b.open()
	t.Cleanup(b.close)
	if _, err := b.client.CreateProject(t.Context(), "local", "Demo", "demo"); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *backend) open() {
	b.t.Helper()
	http.DefaultClient.CloseIdleConnections() // those to the last daemon, which had the same port
	d, err := daemon.Open(b.t.Context(), b.options)
	if err != nil {
		b.t.Fatal(err)
	}
	token, err := b.options.Home.Token()
	if err != nil {
		b.t.Fatal(err)
	}
	b.client = &cloud.Client{BaseURL: d.Info().URL, Token: token, Version: "1.2.3"}
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel, b.ended = cancel, make(chan struct{})
	go func() {
		defer close(b.ended)
		if err := d.Run(ctx); err != nil {
			b.t.Errorf("run: %v", err)
		}
	}()
}

// close stops the backend as SIGTERM does.
func (b *backend) close() {
	b.cancel()
	<-b.ended
}

// answer is what came back, body read.
type answer struct {
	*http.Response
	body []byte
}

func (a answer) text() string { return strings.TrimSpace(string(a.body)) }

func (a answer) code() string {
	var body struct{ Code string }
	_ = json.Unmarshal(a.body, &body)
	return body.Code
}

// read decodes a body into a value of the caller's choice.
func read[T any](a answer) (value T) {
	if err := json.Unmarshal(a.body, &value); err != nil {
		panic(a.text() + ": " + err.Error())
	}
	return value
}

// do sends a request; header pairs replace the usual ones, "" removes one.
func (b *backend) do(method, path string, body any, headers ...string) answer {
	b.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	case io.Reader:
		reader = body
	default:
		data, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.client.BaseURL+path, reader)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("X-Arkor-Client", "arkor/1.2.3")
	req.Header.Set("Authorization", "Bearer "+b.client.Token)
	for i := 0; i < len(headers); i += 2 {
		switch {
		case headers[i] == "Host":
			req.Host = headers[i+1]
		case headers[i+1] == "":
			req.Header.Del(headers[i])
		default:
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res, data}
}

// inDemo adds the scope to a path.
func inDemo(path string) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + "orgSlug=local&projectSlug=demo"
}

// want fails the test unless the answer has the status and, if given, the code.
func (b *backend) want(a answer, status int, code string) {
	b.t.Helper()
	if a.StatusCode != status || code != "" && a.code() != code {
		b.t.Fatalf("got %d %s, want %d %q", a.StatusCode, a.text(), status, code)
	}
}

// config is a job's config for the fake worker.
func config(plan fakeworker.Plan) map[string]any {
	return map[string]any{"model": "arkor/tiny", "datasetSource": map[string]string{"type": "huggingface", "name": "acme/tickets"}, "fake": plan}
}

func (b *backend) create(config map[string]any) cloud.Job {
	b.t.Helper()
	job, err := b.client.CreateJob(b.t.Context(), scope, "run", config)
	if err != nil {
		b.t.Fatal(err)
	}
	return job
}

func (b *backend) job(id string) cloud.Job {
	b.t.Helper()
	job, err := b.client.Job(b.t.Context(), scope, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return job
}

// events reads a job's stream behind lastID to its end.
func (b *backend) events(id, lastID string) []cloud.Frame {
	b.t.Helper()
	return b.eventsUntil(id, lastID, func(cloud.Frame) bool { return false })
}

// eventsUntil reads a job's stream until the frame that enough accepts, or to
// its end.
func (b *backend) eventsUntil(id, lastID string, enough func(cloud.Frame) bool) (frames []cloud.Frame) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	stream, err := b.client.Events(ctx, scope, id, lastID)
	if err != nil {
		b.t.Fatal(err)
	}
	defer stream.Close()
	for {
		frame, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			b.t.Fatalf("after %d frames: %v", len(frames), err)
		}
		frames = append(frames, frame)
		if enough(frame) {
			return frames
		}
	}
}

// tell writes frames shortly: "2 training.log 1".
func tell(frames []cloud.Frame) (lines []string) {
	for _, f := range frames {
		var data struct {
			Step   *int
			Status string
		}
		_ = json.Unmarshal([]byte(f.Data), &data)
		line := f.ID + " " + f.Event
		if data.Step != nil {
			line += " " + itoa(*data.Step)
		}
		if data.Status != "" {
			line += " " + data.Status
		}
		lines = append(lines, line)
	}
	return lines
}

func itoa(n int) string { data, _ := json.Marshal(n); return string(data) }

func isEvent(name string) func(cloud.Frame) bool {
	return func(f cloud.Frame) bool { return f.Event == name }
}

// walkFiles calls f for every file below a folder.
func walkFiles(folder string, f func(path string)) error {
	return filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			f(path)
		}
		return err
	})
}
