package daemon_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
)

// A file that is not what was stored is never served: not to a chat, not as a
// download.
func TestDamagedArtifact(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	final := b.artifacts(job.ID)[7]
	stored := filepath.Join(string(b.options.Home), "blobs", final.SHA256[:2], final.SHA256)
	laidOut := filepath.Join(string(b.options.Home), "adapters", job.ID, "final", "adapter_model.safetensors")
	write := func(path, text string) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	answers := func(more string) {
		t.Helper()
		a := b.chat(say("hi", `"adapter":{"kind":"final","jobId":"`+job.ID+`"}`+more))
		b.want(a, 200, "")
		if !strings.Contains(a.text(), "[weights of final] ") {
			t.Fatalf("answer %s", a.text())
		}
	}
	refuses := func(more string) {
		t.Helper()
		a := b.chat(say("hi", `"adapter":{"kind":"final","jobId":"`+job.ID+`"}`+more))
		b.want(a, 500, "artifact_damaged")
		if !strings.Contains(a.text(), "a damaged artifact is not served: final/adapter_model.safetensors: its bytes are not those that were stored") {
			t.Fatalf("answer %s", a.text())
		}
	}
	path := inDemo("/v1/jobs/" + job.ID + "/artifacts/" + final.ID)
	const good, bad = "weights of final", "weights of fiXal" // equally long
	answers("")
	b.want(b.do("GET", path, nil), 200, "")

	write(laidOut, bad) // the copy: made again from what is stored
	answers("")
	write(stored, bad) // the copy is still good, what is stored is not
	answers("")
	b.want(b.do("GET", path, nil), 500, "artifact_damaged")
	b.want(b.do("GET", path, nil, "Range", "bytes=0-3"), 500, "artifact_damaged")
	if a := b.do("HEAD", path, nil); a.StatusCode != 500 || a.Header.Get("ETag") != "" {
		t.Errorf("HEAD answers %d", a.StatusCode)
	}
	write(laidOut, bad)
	refuses("")
	refuses(`,"stream":false`)
	if _, err := os.Stat(filepath.Dir(laidOut)); err == nil {
		t.Error("damaged files are laid out")
	}
	if err := os.Remove(stored); err != nil {
		t.Fatal(err)
	}
	refuses("")
	b.want(b.do("GET", path, nil), 500, "artifact_damaged")

	if err := os.WriteFile(stored, []byte(good), 0o600); err != nil { // from a backup
		t.Fatal(err)
	}
	answers("")
	check(t, good, string(b.do("GET", path, nil).body))
}
