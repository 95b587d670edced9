//go:build unix

package testscripts

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// Ctrl-C is the way out of what goes on. The prompt comes on a line of its own,
// and not behind the ^C that the terminal shows.
func TestLeavingJobsAtATerminal(t *testing.T) {
	t.Parallel()
	const job = `{"id":"j1","orgId":"o","projectId":"p","name":"long","status":"running","config":{"model":"arkor/tiny"},"createdAt":"2026-03-04T05:06:07.000Z"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost: // to be cancelled
			fmt.Fprint(w, `{}`)
		case strings.HasSuffix(r.URL.Path, "/stream"):
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "id: 1\nevent: training.started\ndata: {\"type\":\"training.started\",\"jobId\":\"j1\",\"timestamp\":\"2026-03-04T05:06:08.000Z\"}\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case r.URL.Path == "/v1/jobs":
			fmt.Fprintf(w, `{"jobs":[%s]}`, job)
		default:
			fmt.Fprintf(w, `{"job":%s,"events":[]}`, job)
		}
	}))
	t.Cleanup(server.Close)
	f := newFolder(t)
	if err := os.MkdirAll(filepath.Join(f.root, ".arkor"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.root, ".arkor", "state.json"), []byte(`{"orgSlug":"o","projectSlug":"p","projectId":"p"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ command, shows, ends string }{
		{"list --watch", "long", "^C\n"},
		{"list --watch --json", `"job":`, "^C\n"},
		{"show --watch", "running for", "^C\n"},
		{"logs --follow", "started", "^C\n"},
		{"cancel j1", "stopped", "^C\nthe job was asked to stop, and will, without anybody waiting\n"},
	} {
		t.Run(c.command, func(t *testing.T) {
			t.Parallel()
			leave := func() (text string) {
				s := terminaltest.Start(t, terminaltest.Command{
					Path: filepath.Join(binaries, "arkor"), Args: append([]string{"arkor", "jobs"}, strings.Fields(c.command)...), Dir: f.root,
					Environ: append(f.environ, "PATH="+binaries+string(os.PathListSeparator)+f.path, "TERM=xterm-256color",
						"ARKOR_TOKEN=t", "ARKOR_CLOUD_API_URL="+server.URL),
				})
				s.Expect(c.shows)
				s.Expect("\n")
				s.Press(terminaltest.CtrlC)
				return s.Ends(130)
			}
			// The terminal sends the signal, throws away what it has not shown yet, and
			// shows the ^C: who answers the signal at once may be thrown away too.
			for try := 1; ; try++ {
				// A last drawing may come in between, and ends its line itself.
				text := leave()
				if strings.HasSuffix(text, c.ends) || strings.HasSuffix(text, "\n\n") {
					break
				}
				if try == 5 {
					t.Fatalf("%q", text)
				}
			}
		})
	}
}
