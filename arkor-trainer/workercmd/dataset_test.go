package workercmd

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A dataset of the hub is read from the cache that its tools share, file by
// file: an error names the one it is in.
func TestRunTrainsOnAHubDataset(t *testing.T) {
	t.Parallel()
	const commit = "0123456789abcdef0123456789abcdef01234567"
	j := newJob(t, `{"datasetSplit":"test","dryRun":true}`, "")
	job := filepath.Join(j.dir, "job.json")
	data, err := os.ReadFile(job)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	fields["dataset"] = map[string]any{"hub": map[string]string{"name": "acme/tickets"}}
	if data, err = json.Marshal(fields); err != nil {
		t.Fatal(err)
	}
	repo := filepath.Join(j.dir, "cache", "datasets--acme--tickets")
	write := func(path, content string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write(job, string(data))
	write(filepath.Join(repo, "refs", "main"), commit)
	write(filepath.Join(repo, "snapshots", commit, "train.jsonl"), samples(20))
	write(filepath.Join(repo, "snapshots", commit, "test-1.jsonl"), samples(3))
	write(filepath.Join(repo, "snapshots", commit, "test-2.jsonl"), samples(4))
	j.environ = []string{"HF_HUB_CACHE=" + filepath.Join(j.dir, "cache")}
	if lines, status, stderr := j.run(t, nil); status != 0 || lines[0].Metadata.Samples != 7 {
		t.Errorf("status %d, %+v, %s", status, lines, stderr)
	}
	write(filepath.Join(repo, "snapshots", commit, "test-2.jsonl"), "oops")
	if lines, _, _ := j.run(t, nil); !strings.HasPrefix(last(lines).Error, "acme/tickets/test-2.jsonl:1: ") {
		t.Errorf("%+v", lines)
	}
	j.environ = nil
	if lines, _, _ := j.run(t, nil); !strings.Contains(last(lines).Error, `dataset "acme/tickets" is not in the cache of this machine`) {
		t.Errorf("%+v", lines)
	}
}
