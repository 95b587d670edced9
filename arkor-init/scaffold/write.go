package scaffold

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// Write makes the project and reports every path in the plan's order. A file
// that appeared since the plan was made is kept. When Write fails, or ctx ends,
// everything is again as it was.
func (p *Plan) Write(ctx context.Context) (Result, error) {
	var j journal
	result := p.Preview()
	for i, s := range p.steps {
		if ctx.Err() != nil {
			return Result{}, j.undo(context.Cause(ctx))
		}
		switch s.Action {
		case Created:
			created, err := j.create(s.at.path, s.after)
			if err != nil {
				return Result{}, j.undo(fmt.Errorf("write %w", shorten(err)))
			}
			if !created {
				result.Entries[i].Action = Kept
			}
		case Patched:
			if err := j.patch(s); err != nil {
				return Result{}, j.undo(fmt.Errorf("write %w", shorten(err)))
			}
		}
	}
	return result, nil
}

// patch replaces the content of a file that is still as the plan found it.
func (j *journal) patch(s step) error {
	now, err := s.at.read()
	if err != nil {
		return err
	}
	if !bytes.Equal(now, s.before) {
		return fmt.Errorf("%s: it has changed meanwhile, so try again", s.at.path)
	}
	if err := replace(s.at, s.after); err != nil {
		return err
	}
	j.patched = append(j.patched, s)
	return nil
}

// restore undoes patch. A file that somebody else has written since stays.
func restore(s step) error {
	now, err := s.at.read()
	if err != nil {
		return err
	}
	if !bytes.Equal(now, s.after) {
		return errors.New("it has changed meanwhile")
	}
	return replace(s.at, s.before)
}

func replace(at file, data []byte) error {
	err := wholefile.Write(at.real, data, at.mode)
	var mode *wholefile.ModeError
	if err != nil && !errors.As(err, &mode) { // some file systems have one mode for all
		return renamed(err, at.path)
	}
	return nil
}
