package local

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/process"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// maxPreview bounds what a worker says of a job.
const maxPreview = 4 << 20

// Preview runs a worker that looks at a job. It is killed when ctx ends.
func (e *Engine) Preview(ctx context.Context, file string) ([]byte, error) {
	program, err := sibling.Find(e.env, "arkor-trainer")
	if err != nil {
		return nil, err
	}
	stdout, stderr := &bounded{limit: maxPreview}, &bounded{limit: process.LogEnd}
	cmd := exec.CommandContext(ctx, program, "preview", "--job", file)
	cmd.Env, cmd.Stdout, cmd.Stderr = process.WorkerEnv(e.env.Environ), stdout, stderr
	cmd.SysProcAttr, cmd.WaitDelay = process.OwnGroup(), time.Second
	stdin, err := cmd.StdinPipe() // its end tells the worker that the backend is gone
	if err != nil {
		return nil, err
	}
	defer stdin.Close()
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case stdout.over:
		return nil, errors.New("arkor-trainer said more than fits into an answer")
	case err != nil:
		if words := process.LastWords(stderr.kept); words != "" {
			err = fmt.Errorf("%w: %s", err, words)
		}
		return nil, fmt.Errorf("look at the job: %w", err)
	}
	return stdout.kept, nil
}

// bounded keeps the beginning of what is written.
type bounded struct {
	kept  []byte
	limit int
	over  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := min(b.limit-len(b.kept), len(p))
	b.over = b.over || room < len(p)
	b.kept = append(b.kept, p[:room]...)
	return len(p), nil
}
