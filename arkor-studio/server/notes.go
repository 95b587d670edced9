package server

import (
	"errors"
	"net/http"

	"github.com/arkorlab/arkor-go/arkor-studio/jobnotes"
)

// listNotes answers with what people wrote about the project's jobs.
func (s *Server) listNotes(c *call) error {
	notes, err := jobnotes.All(s.env.Dir)
	if err != nil {
		return ofNotes(err)
	}
	return c.json(http.StatusOK, map[string]any{"notes": notes})
}

// setNote replaces what is written about a job. The backend is not asked
// whether there is one: it knows nothing of notes.
func (s *Server) setNote(c *call) error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	var note jobnotes.Note
	if err := c.object(&note, false); err != nil {
		return err
	}
	if note, err = jobnotes.Set(c.Context(), s.env.Dir, id, note); err != nil {
		return ofNotes(err)
	}
	return c.json(http.StatusOK, map[string]any{"note": note})
}

func ofNotes(err error) error {
	var invalid *jobnotes.InvalidError
	var broken *jobnotes.BrokenError
	switch {
	case errors.As(err, &invalid):
		return fail(http.StatusBadRequest, "invalid_request", "%s", invalid)
	case errors.As(err, &broken):
		f := fail(http.StatusConflict, "notes_broken", "%s", broken)
		f.Hint = "mend the file, or move it away"
		return f
	case errors.Is(err, jobnotes.ErrFull):
		return fail(http.StatusRequestEntityTooLarge, "notes_full", "%s", err)
	}
	return err
}

// source answers with what a job was started from, null where this folder does
// not know.
func (s *Server) source(c *call) error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	source, err := jobnotes.SourceOf(s.env.Dir, id)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"source": source})
}

// deleteJob passes on that a job is to be deleted, and then forgets what was
// written about it.
func (s *Server) deleteJob(c *call) error {
	if err := s.job("")(c); err != nil || c.sent >= 300 {
		return err
	}
	if _, err := jobnotes.Set(c.Context(), s.env.Dir, c.PathValue("id"), jobnotes.Note{}); err != nil {
		s.log.Warn("forget the note of a deleted job", "error", err)
	}
	return nil
}
