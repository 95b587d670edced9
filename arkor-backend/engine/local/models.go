package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// modelsLife is how long an answer about models holds; a model may be
// downloaded at any time.
const modelsLife = 10 * time.Second

// modelsTimeout bounds the question.
const modelsTimeout = 20 * time.Second

type modelCache struct {
	mu     sync.Mutex
	models []cloud.Model
	at     time.Time
}

// Capabilities asks arkor-trainer which models there are.
func (e *Engine) Capabilities(ctx context.Context) (engine.Capabilities, error) {
	e.models.mu.Lock() // others wait for the answer in progress
	defer e.models.mu.Unlock()
	if e.models.models == nil || time.Since(e.models.at) > modelsLife {
		models, err := e.askModels(ctx)
		if err != nil {
			return engine.Capabilities{}, err
		}
		e.models.models, e.models.at = models, time.Now()
	}
	return engine.Capabilities{Models: e.models.models}, nil
}

func (e *Engine) askModels(ctx context.Context) ([]cloud.Model, error) {
	program, err := sibling.Find(e.env, "arkor-trainer")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, modelsTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "models", "--json")
	cmd.Env, cmd.Stdout, cmd.Stderr = e.env.Environ, &stdout, &stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			line, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
			err = fmt.Errorf("%w: %s", err, line)
		}
		return nil, fmt.Errorf("ask arkor-trainer for its models: %w", err)
	}
	var answer struct{ Models []cloud.Model }
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		return nil, fmt.Errorf("read the models of arkor-trainer: %w", err)
	}
	if answer.Models == nil {
		answer.Models = []cloud.Model{}
	}
	return answer.Models, nil
}
