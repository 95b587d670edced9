package workercmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// event is any line of the protocol.
type event struct {
	Type     string   `json:"type"`
	Step     int      `json:"step"`
	Loss     float64  `json:"loss"`
	EvalLoss *float64 `json:"evalLoss"`
	Dir      string   `json:"dir"`
	Error    string   `json:"error"`
	Metadata metadata `json:"metadata"`
	Metrics  metrics  `json:"metrics"`
}

// jobRun is a job in a folder of its own, to be run as often as one likes.
type jobRun struct {
	dir string
	// after is called with every line before it is written; its error is the
	// reader's, gone.
	after func(event) error
	stop  context.CancelFunc

	environ []string
}

const sampleLine = `{"messages":[{"role":"user","content":"hello %d"},{"role":"assistant","content":"hello there %d"}]}` + "\n"

// newJob writes a job on the small test model. config is JSON.
func newJob(t *testing.T, config, dataset string) *jobRun {
	t.Helper()
	dir := modelDir(t)
	data := fmt.Sprintf(`{"version":1,"jobId":"j1","dir":%q,"model":{"id":"test/model","path":%q},
		"dataset":{"path":%q,"name":"train.jsonl"},"evalDataset":null,"config":%s}`,
		filepath.Join(dir, "job"), filepath.Join(dir, "model"), filepath.Join(dir, "dataset"), config)
	for name, content := range map[string]string{"job.json": data, "dataset": dataset} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return &jobRun{dir: dir}
}

func samples(n int) string {
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, sampleLine, i*i, i)
	}
	return lines.String()
}

// Write takes a line of the protocol.
func (j *jobRun) Write(line []byte) (int, error) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		return 0, err
	}
	if j.after != nil {
		if err := j.after(e); err != nil {
			return 0, err
		}
	}
	return len(line), nil
}

// run runs the job until it ends and returns its lines and exit status.
func (j *jobRun) run(t *testing.T, stdin io.Reader) (lines []event, status int, stderr string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	j.stop = stop
	var out, errs bytes.Buffer
	env := cli.Env{
		Args: []string{"run", "--job", "job.json"}, Dir: j.dir, Environ: append([]string{"HF_HUB_OFFLINE=1"}, j.environ...),
		Stdin: stdin, Stdout: io.MultiWriter(j, &out), Stderr: &errs,
	}
	status = cli.Run(ctx, env, New)
	for line := range strings.Lines(out.String()) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, e)
	}
	return lines, status, errs.String()
}

func (j *jobRun) read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{j.dir, "job"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func last(lines []event) event {
	if len(lines) == 0 {
		return event{}
	}
	return lines[len(lines)-1]
}

func types(lines []event) string {
	var list []string
	for _, e := range lines {
		list = append(list, fmt.Sprintf("%s %d", e.Type, e.Step))
	}
	return strings.Join(list, ", ")
}
