package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/dataset"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
)

// uploadStall is how long an upload may go without a byte.
const uploadStall = time.Minute

func (s *server) upload(c *call) error {
	up := dataset.Upload{ProjectID: c.project.ID, Filename: displayName(c.Header.Get("X-Arkor-Filename"))}
	var ok bool
	if up.ContentType, ok = datasetType(c.Header.Get("Content-Type")); !ok {
		return fail(http.StatusBadRequest, "invalid_content_type", "Content-Type must be application/x-ndjson, application/json, "+
			"text/csv, application/vnd.apache.parquet or application/octet-stream")
	}
	if up.SHA256 = c.Header.Get("X-Arkor-Content-SHA256"); up.SHA256 != "" && !blob.ValidHash(up.SHA256) {
		return fail(http.StatusBadRequest, "invalid_request", "X-Arkor-Content-SHA256 must be 64 lower-case hex digits")
	}
	tooLarge := fail(http.StatusRequestEntityTooLarge, "dataset_too_large", "the file is longer than %d bytes, the limit of this backend", s.Uploads.MaxBytes)
	if c.ContentLength > s.Uploads.MaxBytes {
		return tooLarge
	}
	body := &patientBody{c.Body, http.NewResponseController(c.w)}
	d, added, err := s.Uploads.Add(c.Context(), up, body, time.Now())
	_ = body.control.SetReadDeadline(time.Time{})
	var notJSON *dataset.NotJSONLinesError
	switch {
	case errors.Is(err, blob.ErrTooLarge):
		return tooLarge
	case errors.Is(err, dataset.ErrDigest):
		return fail(http.StatusBadRequest, "digest_mismatch", "%v", err)
	case errors.As(err, &notJSON):
		return fail(http.StatusBadRequest, "invalid_dataset", "%v", err)
	case errors.Is(err, errBody):
		return fail(http.StatusBadRequest, "upload_broke_off", "the upload broke off")
	case err != nil:
		return err
	}
	status := http.StatusOK
	if added {
		status = http.StatusCreated
	}
	return c.json(status, map[string]any{"dataset": d})
}

// errBody marks what went wrong with the client and not with the disk.
var errBody = errors.New("read the body")

// patientBody allows a body any time as long as it keeps coming.
type patientBody struct {
	io.Reader
	control *http.ResponseController
}

func (b *patientBody) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(time.Now().Add(uploadStall))
	n, err := b.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = errors.Join(errBody, err)
	}
	return n, err
}

func datasetType(header string) (string, bool) {
	if header == "" {
		return "application/octet-stream", true
	}
	name, _, err := mime.ParseMediaType(header)
	if err != nil {
		return "", false
	}
	switch name {
	case "application/x-ndjson", "application/json", "text/csv", "application/vnd.apache.parquet", "application/octet-stream":
		return name, true
	}
	return "", false
}

const maxFilename = 255

// displayName is what messages call a file: its base name, without anything
// that could confuse a terminal.
func displayName(encoded string) string {
	name, err := url.PathUnescape(encoded)
	if err != nil {
		name = encoded
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(name, ""))
	if name == "" || name == "." || name == "/" {
		return "dataset"
	}
	if len(name) > maxFilename {
		name = strings.ToValidUTF8(name[len(name)-maxFilename:], "")
	}
	return name
}

func (s *server) listDatasets(c *call) error {
	datasets, err := s.Store.Datasets(c.Context(), c.project.ID)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"datasets": datasets})
}

func (s *server) getDataset(c *call) error {
	hash := strings.TrimPrefix(c.PathValue("id"), "sha256:")
	d, err := s.Store.Dataset(c.Context(), c.project.ID, hash)
	if err != nil {
		return noDataset(err)
	}
	return c.json(http.StatusOK, map[string]any{"dataset": d})
}

func (s *server) deleteDataset(c *call) error {
	hash := strings.TrimPrefix(c.PathValue("id"), "sha256:")
	err := s.Uploads.Remove(c.Context(), c.project.ID, hash)
	if errors.Is(err, store.ErrInUse) {
		return fail(http.StatusConflict, "dataset_in_use", "a job that has not ended uses this dataset")
	}
	if err != nil {
		return noDataset(err)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func noDataset(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fail(http.StatusNotFound, "dataset_not_found", "there is no such dataset in this project")
	}
	return err
}
