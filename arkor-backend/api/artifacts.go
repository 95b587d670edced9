package api

import (
	"mime"
	"net/http"
	"path"
	"time"
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
	artifacts, err := s.Store.Artifacts(c.Context(), job.ID)
	if err != nil {
		return err
	}
	for _, a := range artifacts {
		if a.ID != c.PathValue("artifactId") {
			continue
		}
		file, err := s.Blobs.Open(a.SHA256)
		if err != nil {
			return err
		}
		defer file.Close()
		h := c.w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(a.Name)}))
		h.Set("ETag", `"`+a.SHA256+`"`)
		http.ServeContent(c.w, c.Request, "", time.Time{}, file) // ranges, If-None-Match
		return nil
	}
	return fail(http.StatusNotFound, "artifact_not_found", "the job has no such artifact")
}
