package daemon_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const sample = `{"messages":[{"role":"user","content":"hi"}]}` + "\n"

func idOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (b *backend) upload(content any, headers ...string) answer {
	return b.do("POST", inDemo("/v1/datasets"), content, append([]string{"Content-Type", "application/x-ndjson", "X-Arkor-Filename", "train%20set.jsonl"}, headers...)...)
}

// blobs returns how many files are on disk, whole or not.
func (b *backend) blobs() (n int) {
	b.t.Helper()
	if err := walkFiles(string(b.options.Home)+"/blobs", func(string) { n++ }); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// A crash between a file and its row leaves files that nobody knows; the next
// start removes those and no other.
func TestOrphansAreRemoved(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.want(b.upload(sample), 201, "")
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	want := b.blobs()
	b.close()
	home := string(b.options.Home)
	orphan := strings.Repeat("0", 64)
	orphans := []string{"blobs/00/" + orphan, "blobs/incoming/file-1", "jobs/unknown/job.json", "adapters/" + job.ID + "/final/x"}
	for _, path := range orphans {
		path = filepath.Join(home, filepath.FromSlash(path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	b.open()
	for _, path := range orphans {
		if _, err := os.Stat(filepath.Join(home, filepath.FromSlash(path))); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", path, err)
		}
	}
	check(t, want, b.blobs())
	if _, err := os.Stat(filepath.Join(home, "jobs", job.ID, "job.json")); err != nil {
		t.Error(err)
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	b := start(t)
	hash := strings.TrimPrefix(idOf(sample), "sha256:")
	path := inDemo("/v1/datasets/" + idOf(sample))
	b.want(b.do("HEAD", path, nil), 404, "")
	made := b.upload(sample, "X-Arkor-Content-SHA256", hash)
	b.want(made, 201, "")
	var body struct{ Dataset cloud.Dataset }
	if err := json.Unmarshal(made.body, &body); err != nil {
		t.Fatal(err)
	}
	check(t, cloud.Dataset{ID: idOf(sample), Size: int64(len(sample)), ContentType: "application/x-ndjson", Filename: "train set.jsonl",
		CreatedAt: body.Dataset.CreatedAt}, body.Dataset)
	b.want(b.upload(io.MultiReader(strings.NewReader(sample))), 200, "") // again, chunked
	b.want(b.do("HEAD", path, nil), 200, "")
	check(t, made.text(), b.do("GET", path, nil).text())
	check(t, `{"datasets":[`+strings.TrimSuffix(strings.TrimPrefix(made.text(), `{"dataset":`), "}")+`]}`, b.do("GET", inDemo("/v1/datasets"), nil).text())

	// Another project sees nothing of it, and keeps its own.
	if _, err := b.client.CreateProject(t.Context(), "local", "Other", "other"); err != nil {
		t.Fatal(err)
	}
	const other = "?orgSlug=local&projectSlug=other"
	b.want(b.do("HEAD", "/v1/datasets/"+idOf(sample)+other, nil), 404, "")
	b.want(b.do("POST", "/v1/datasets"+other, sample), 201, "")
	b.want(b.do("DELETE", path, nil), 204, "")
	b.want(b.do("GET", path, nil), 404, "dataset_not_found")
	check(t, 1, b.blobs())
	b.want(b.do("DELETE", "/v1/datasets/"+idOf(sample)+other, nil), 204, "")
	check(t, 0, b.blobs())
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.MaxDatasetBytes = 100 })
	b.want(b.upload(sample, "X-Arkor-Content-SHA256", strings.Repeat("0", 64)), 400, "digest_mismatch")
	b.want(b.upload(sample, "X-Arkor-Content-SHA256", "xyz"), 400, "invalid_request")
	b.want(b.upload(sample, "Content-Type", "text/html"), 400, "invalid_content_type")
	b.want(b.upload(strings.Repeat(sample, 3)), 413, "dataset_too_large")
	b.want(b.upload(io.MultiReader(strings.NewReader(strings.Repeat(sample, 3)))), 413, "dataset_too_large")
	a := b.upload("\n\n- not JSON\n")
	b.want(a, 400, "invalid_dataset")
	if !strings.Contains(a.text(), "train set.jsonl:3: not a JSON object") {
		t.Errorf("answer %s", a.text())
	}
	b.want(b.upload("[]"), 400, "invalid_dataset")
	b.want(b.upload(""), 400, "invalid_dataset")
	b.want(b.upload("\ufeff"+sample), 201, "")
	b.want(b.upload("a,b\n", "Content-Type", "text/csv; charset=utf-8"), 201, "")
	check(t, 2, b.blobs())
}

func TestCutUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	b := start(t)
	address := strings.TrimPrefix(b.client.BaseURL, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "POST "+inDemo("/v1/datasets")+" HTTP/1.1\r\nHost: "+address+"\r\nX-Arkor-Client: arkor/1.0.0\r\n"+
		"Authorization: Bearer "+b.client.Token+"\r\nContent-Length: "+strconv.Itoa(1000)+"\r\n\r\n"+sample)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if !strings.Contains(string(answer), "upload_broke_off") {
		t.Errorf("answer %s", answer)
	}
	check(t, 0, b.blobs())
	b.want(b.do("HEAD", inDemo("/v1/datasets/"+idOf(sample)), nil), http.StatusNotFound, "")
}

func TestJobsUseUploads(t *testing.T) {
	t.Parallel()
	b := start(t)
	heldOut := strings.Repeat(sample, 2)
	b.want(b.upload(sample), 201, "")
	b.want(b.upload(heldOut), 201, "")
	control := fakeworker.NewControl(t)
	body := config(fakeworker.Plan{Control: control.Address()})
	body["datasetSource"] = map[string]string{"type": "file", "datasetId": idOf(sample), "evalDatasetId": idOf(heldOut)}
	job := b.create(body)
	worker := control.Next()
	path := inDemo("/v1/datasets/" + idOf(heldOut))
	b.want(b.do("DELETE", path, nil), 409, "dataset_in_use")
	worker.AtStep()
	worker.Do("free")
	check(t, fourSteps, tell(b.events(job.ID, "")))
	b.want(b.do("DELETE", path, nil), 204, "")
	a := b.do("POST", inDemo("/v1/jobs"), map[string]any{"name": "x", "config": body})
	b.want(a, 400, "dataset_not_found")
}
