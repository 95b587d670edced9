package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	maxPreviews    = 2 // at a time: each reads all samples and computes for a moment
	previewTimeout = time.Minute
	previewBytes   = 256 << 20 // of a data set that is read for a preview
)

// preview says what a job with this config would train, and makes none.
func (s *server) preview(c *call) error {
	preview, unavailable, err := s.look(c)
	switch {
	case err != nil:
		return err
	case preview == nil:
		return c.json(http.StatusOK, map[string]any{"preview": nil, "unavailable": unavailable})
	}
	return c.json(http.StatusOK, map[string]any{"preview": preview})
}

// estimate is the part of a preview that the API knows as an estimate.
func (s *server) estimate(c *call) error {
	preview, unavailable, err := s.look(c)
	if err != nil {
		return err
	}
	estimate := cloud.Estimate{Warnings: []string{}}
	switch {
	case preview == nil:
		estimate.Warnings = append(estimate.Warnings, unavailable)
	default:
		estimate = preview.Estimate
		for _, refusal := range preview.Refusals {
			estimate.Warnings = append(estimate.Warnings, refusal.Message)
		}
	}
	return c.json(http.StatusOK, map[string]any{"estimate": estimate})
}

// look makes the preview that a request asks for. Without one and without an
// error, unavailable says why there is none.
func (s *server) look(c *call) (preview *cloud.Preview, unavailable string, err error) {
	var body struct {
		Config json.RawMessage `json:"config"`
	}
	if err := c.decode(maxJSON, &body); err != nil {
		return nil, "", err
	}
	config, err := s.checkConfig(c, body.Config)
	if err != nil {
		return nil, "", err
	}
	if len(config.files) == 0 {
		return nil, "the data set is fetched when the training begins, so it is not known yet", nil
	}
	var size int64
	for i, f := range config.files {
		d, err := s.Store.Dataset(c.Context(), c.project.ID, f.SHA256)
		if errors.Is(err, store.ErrNotFound) {
			return nil, "", noUpload()
		}
		if err != nil {
			return nil, "", err
		}
		config.files[i].Name = d.Filename
		size += d.Size
	}
	if size > previewBytes {
		return nil, "the data set is too large to be read more than once; it is checked when the training begins", nil
	}
	ctx, cancel := context.WithTimeout(c.Context(), previewTimeout)
	defer cancel()
	go func() { // ends with this call
		select {
		case <-s.Leaving:
			cancel()
		case <-ctx.Done():
		}
	}()
	select {
	case s.previews <- struct{}{}:
		defer func() { <-s.previews }()
	case <-ctx.Done():
		return nil, "", fail(http.StatusServiceUnavailable, "preview_unavailable", "this backend has too many previews to make now")
	}
	made, err := s.Queue.Preview(ctx, config.stored, config.files)
	switch {
	case err == nil:
		return &made, "", nil
	case c.Context().Err() != nil:
		return nil, "", err
	case ctx.Err() != nil:
		return nil, "", fail(http.StatusServiceUnavailable, "preview_unavailable", "the preview took longer than %s", previewTimeout)
	}
	s.Log.Error("preview", "error", err)
	message := strings.Join(strings.Fields(err.Error()), " ")
	if hint := cli.HintOf(err); hint != "" {
		message += "; " + hint
	}
	return nil, "", fail(http.StatusServiceUnavailable, "preview_unavailable", "the preview could not be made: %s", message)
}
