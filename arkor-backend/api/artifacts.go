package api

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
)

func (s *server) listArtifacts(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	artifacts, err := s.Store.Artifacts(c.Context(), job.ID)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"artifacts": artifacts})
}

func (s *server) getArtifact(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	a, err := s.Store.Artifact(c.Context(), job.ID, c.PathValue("artifactId"))
	if errors.Is(err, store.ErrNotFound) {
		return fail(http.StatusNotFound, "artifact_not_found", "the job has no such artifact")
	}
	if err != nil {
		return err
	}
	file, err := s.Blobs.OpenChecked(a.SHA256)
	if err != nil {
		return damaged(fmt.Errorf("%s: %w", a.Name, err))
	}
	defer file.Close()
	h := c.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(a.Name)}))
	h.Set("ETag", `"`+a.SHA256+`"`)
	h.Set("Cache-Control", "private, no-cache") // kept by whoever asked, who asks again with the tag
	if !strings.HasPrefix(c.Header.Get("Range"), "bytes=") {
		c.Header.Del("Range") // RFC 9110: other units are passed over, where ServeContent refuses them
	}
	answer := &rangeAnswer{ResponseWriter: c.w}
	http.ServeContent(answer, c.Request, "", time.Time{}, file) // ranges, If-None-Match
	if answer.unsatisfiable {
		return fail(http.StatusRequestedRangeNotSatisfiable, "range_not_satisfiable", "the range is not within the %d bytes of the artifact", a.Size)
	}
	return nil
}

// rangeAnswer leaves the one error that http.ServeContent words by itself to
// the caller.
type rangeAnswer struct {
	http.ResponseWriter
	unsatisfiable bool
}

func (r *rangeAnswer) WriteHeader(status int) {
	if r.unsatisfiable = status == http.StatusRequestedRangeNotSatisfiable; !r.unsatisfiable {
		r.ResponseWriter.WriteHeader(status)
	}
}

func (r *rangeAnswer) Write(data []byte) (int, error) {
	if r.unsatisfiable {
		return len(data), nil
	}
	return r.ResponseWriter.Write(data)
}
