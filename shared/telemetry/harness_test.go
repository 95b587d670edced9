package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

const testKey = "phc_key_of_the_tests"

// event is what a collector sees of one.
type event struct {
	Event      string
	DistinctID string `json:"distinct_id"`
	Timestamp  time.Time
	UUID       string
	Properties map[string]any
}

// inbox is a collector that answers as it should and keeps what came.
type inbox struct {
	URL string

	mu     sync.Mutex
	events []event
	raw    []string
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var raw bytes.Buffer
		_, _ = raw.ReadFrom(r.Body)
		var body struct {
			APIKey string `json:"api_key"`
			Batch  []event
		}
		if err := json.Unmarshal(raw.Bytes(), &body); err != nil || r.Method != "POST" || r.URL.Path != "/batch/" || body.APIKey != testKey {
			t.Errorf("%s %s: %v\n%s", r.Method, r.URL, err, raw.String())
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		in.events = append(in.events, body.Batch...)
		in.raw = append(in.raw, raw.String())
	}))
	t.Cleanup(server.Close)
	in.URL = server.URL
	return in
}

// received returns the events in the order of their own times: on the way they
// may overtake each other.
func (in *inbox) received() []event {
	in.mu.Lock()
	defer in.mu.Unlock()
	events := slices.Clone(in.events)
	slices.SortFunc(events, func(a, b event) int { return a.Timestamp.Compare(b.Timestamp) })
	return events
}

func (in *inbox) names() []string {
	names := []string{}
	for _, e := range in.received() {
		names = append(names, e.Event)
	}
	return names
}

// everything returns the bodies of all requests.
func (in *inbox) everything() string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return strings.Join(in.raw, "\n")
}

// locked is a buffer that goroutines of the library may write to as well.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// run is one run of a command in a home of its own.
type run struct {
	env            cli.Env
	stdout, stderr *locked
}

func newRun(t *testing.T, set ...string) *run {
	t.Helper()
	r := &run{stdout: &locked{}, stderr: &locked{}}
	r.env = cli.Env{
		Dir: t.TempDir(), Program: "/opt/arkor-x", Environ: append([]string{"HOME=" + t.TempDir()}, set...),
		Stdout: r.stdout, Stderr: r.stderr,
	}
	return r
}

// command runs one that ends with err, observed by the collector at host.
func (r *run) command(ctx context.Context, host, name string, err error) (status int) {
	return r.exec(ctx, host, name, func() error { return err })
}

func (r *run) exec(ctx context.Context, host, name string, exec func() error) (status int) {
	env := r.env
	env.Args = append([]string{name}, env.Args...)
	newCommand := func(cli.Env) *ff.Command {
		return &ff.Command{Name: "arkor-x", Subcommands: []*ff.Command{{
			Name: name, Usage: "arkor " + name, Exec: func(context.Context, []string) error { return exec() },
		}}}
	}
	return cli.Run(ctx, env, newCommand, func(ctx context.Context, env cli.Env, command string) func(error, int) {
		return observe(ctx, env, command, testKey, host)
	})
}
