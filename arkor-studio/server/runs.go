package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-studio/runs"
	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
)

func (s *Server) listRuns(c *call) error {
	return c.json(http.StatusOK, map[string]any{"runs": s.runs.List()})
}

// startRun starts a training that belongs to the server.
func (s *Server) startRun(c *call) error {
	options, err := c.runOptions()
	if err != nil {
		return err
	}
	t, err := s.runs.Start(options)
	if errors.Is(err, runs.ErrTooMany) {
		return fail(http.StatusConflict, "too_many_runs", "%s", err)
	}
	if err != nil {
		return err
	}
	return c.json(http.StatusAccepted, map[string]any{"run": t.Run()})
}

// runOptions reads what to train: a file inside the project, links followed, or
// the entry that the manifest is about.
func (c *call) runOptions() (runs.Options, error) {
	var body struct {
		File   string `json:"file"`
		DryRun bool   `json:"dryRun"`
	}
	if err := c.object(&body, true); err != nil {
		return runs.Options{}, err
	}
	options := runs.Options{DryRun: body.DryRun}
	if body.File == "" {
		body.File = c.server.entry.chosen()
	}
	if body.File == "" {
		return options, nil
	}
	file, err := fileInside(c.server.env.Dir, body.File)
	options.File = file
	return options, err
}

// fileInside returns the path of a file of the project, links followed.
func fileInside(dir, name string) (string, error) {
	const missing = "file does not exist or is not accessible"
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", fail(http.StatusBadRequest, "invalid_file", missing)
	}
	file := filepath.FromSlash(name)
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	real, err := filepath.EvalSymlinks(file)
	if err != nil {
		return "", fail(http.StatusBadRequest, "invalid_file", missing)
	}
	inside, err := filepath.Rel(root, real)
	if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return "", fail(http.StatusBadRequest, "invalid_file", "file must be inside the project directory")
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		return "", fail(http.StatusBadRequest, "invalid_file", missing)
	case !info.Mode().IsRegular():
		return "", fail(http.StatusBadRequest, "invalid_file", "file must be a file, not a directory")
	}
	return real, nil
}

func (s *Server) findRun(c *call) (*runs.Training, error) {
	if t := s.runs.Find(c.PathValue("id")); t != nil {
		return t, nil
	}
	return nil, errNoRun
}

var errNoRun = fail(http.StatusNotFound, "run_not_found", "no such run was started here")

func (s *Server) getRun(c *call) error {
	t, err := s.findRun(c)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"run": t.Run()})
}

// stopRun asks a training to cancel its job and end. Asked again, it is killed.
func (s *Server) stopRun(c *call) error {
	t, err := s.findRun(c)
	if err != nil {
		return err
	}
	before := t.Run()
	t.Stop()
	if !runs.StopCancels && before.State == runs.Running && before.JobID != nil {
		if err := s.cancel(c.Context(), *before.JobID); err != nil {
			return err
		}
	}
	return c.json(http.StatusOK, map[string]any{"run": t.Run()})
}

// cancel cancels a job in the place of a training that could not be asked to.
func (s *Server) cancel(ctx context.Context, jobID string) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	as, err := s.upstream.Identity(ctx)
	if err != nil {
		return err
	}
	scope, err := s.upstream.Scope(as)
	if err != nil {
		return err
	}
	return s.upstream.Client(as).CancelJob(ctx, upstream.CloudScope(scope), jobID)
}

// runLog replays what a training printed behind Last-Event-ID, and follows it
// to its end.
func (s *Server) runLog(c *call) error {
	t, err := s.findRun(c)
	if err != nil {
		return err
	}
	return c.merge(map[string]source{"": printed(t, c.Header.Get("Last-Event-Id"))})
}

// train is how pages before this one trained: the answer is what the training
// prints. When the reader leaves, the training does too, and its job goes on.
func (s *Server) train(c *call) error {
	options, err := c.runOptions()
	if err != nil {
		return err
	}
	ctx, stop := c.until()
	defer stop()
	h := c.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	c.status(http.StatusOK)
	control := http.NewResponseController(c.w)
	_ = control.Flush()
	t, err := s.runs.Start(options)
	if err != nil {
		fmt.Fprintf(c.w, "\n---\nfailed to start: %v\n", err)
		return nil
	}
	position := int64(0)
	for {
		part := t.Output.Read(position)
		position = part.Next
		if part.Dropped > 0 {
			fmt.Fprintf(c.w, "\n[%d bytes are missing here: the reader was too slow]\n", part.Dropped)
		}
		_, err := c.w.Write(part.Data)
		if err == nil {
			err = control.Flush()
		}
		if err != nil || ctx.Err() != nil {
			t.Detach()
			return nil
		}
		if part.Ended {
			<-t.Ended()
			fmt.Fprintf(c.w, "\n---\n%s\n", exitText(t.Run()))
			return nil
		}
		if len(part.Data) > 0 {
			continue
		}
		select {
		case <-part.Changed:
		case <-ctx.Done():
		}
	}
}

func exitText(run runs.Run) string {
	if run.Exit != nil {
		return "exit=" + strconv.Itoa(*run.Exit)
	}
	return "exit=null signal=" + *run.Signal
}
