package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type bench struct {
	bin, folder string
	env         []string // outranks the environment of the bench
}

func (b *bench) command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.bin, name), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ARKOR_BACKEND=local", "ARKOR_BACKEND_HOME="+filepath.Join(b.folder, "backend"))
	cmd.Env = append(cmd.Env, b.env...)
	return cmd
}

// milliseconds runs a command n times, after once for the caches, and returns
// the median of its wall times.
func (b *bench) milliseconds(ctx context.Context, n int, dir, name string, args ...string) (float64, error) {
	return timed(n, func() error {
		if out, err := b.command(ctx, dir, name, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		return nil
	})
}

// timed calls f once for the caches and then n times, and returns the median of
// the milliseconds that it took.
func timed(n int, f func() error) (float64, error) {
	var times []float64
	for i := range n + 1 {
		started := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		if i > 0 {
			times = append(times, float64(time.Since(started).Microseconds())/1000)
		}
	}
	return median(times), nil
}

func (b *bench) commands(ctx context.Context) ([]figure, error) {
	version, err := b.milliseconds(ctx, 50, b.folder, "arkor", "--version")
	if err != nil {
		return nil, err
	}
	made, err := b.projects(ctx, 20)
	if err != nil {
		return nil, err
	}
	project, err := b.triage(ctx)
	if err != nil {
		return nil, err
	}
	build, err := b.milliseconds(ctx, 20, project, "arkor", "build")
	return []figure{
		{"arkor --version", version, "ms", 10, false, 50},
		{"arkor init of the triage template", made, "ms", 40, false, 20},
		{"arkor build of the triage template", build, "ms", 60, false, 20},
	}, err
}

// projects makes n projects, each in a folder of its own, and returns the median
// of the milliseconds that it took.
func (b *bench) projects(ctx context.Context, n int) (float64, error) {
	parent, err := os.MkdirTemp(b.folder, "projects-")
	if err != nil {
		return 0, err
	}
	i := 0
	return timed(n, func() error {
		i++
		out, err := b.command(ctx, parent, "arkor", "init", strconv.Itoa(i), "--yes", "--skip-install", "--skip-git").CombinedOutput()
		if err != nil {
			return fmt.Errorf("arkor init: %w\n%s", err, out)
		}
		return nil
	})
}

// triage returns a project of the triage template.
func (b *bench) triage(ctx context.Context) (string, error) {
	project := filepath.Join(b.folder, "triage")
	if _, err := os.Stat(project); err == nil {
		return project, nil
	}
	return project, outputOf(b.command(ctx, b.folder, "arkor", "init", "triage", "--template", "triage", "--yes", "--skip-git"))
}

// goBench runs Go benchmarks of the trainer and returns, for each, the median
// of every metric over the repetitions.
func goBench(ctx context.Context, count int, pattern, benchtime, pkg string) (map[string]map[string]float64, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", benchtime, "-count", strconv.Itoa(count), pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GODEBUG=asyncpreemptoff=1")
	if runtime.GOARCH == "amd64" {
		cmd.Env = append(cmd.Env, "GOEXPERIMENT=simd")
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go test -bench %s: %w\n%s", pattern, err, out)
	}
	samples := map[string]map[string][]float64{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(fields[0], "Benchmark"), "-")
		if samples[name] == nil {
			samples[name] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("read %q: %w", lines.Text(), err)
			}
			samples[name][fields[i+1]] = append(samples[name][fields[i+1]], value)
		}
	}
	medians := map[string]map[string]float64{}
	for name, metrics := range samples {
		medians[name] = map[string]float64{}
		for metric, values := range metrics {
			medians[name][metric] = median(values)
		}
	}
	return medians, nil
}

func (b *bench) trainingStep(ctx context.Context) ([]figure, error) {
	m, err := goBench(ctx, 5, "Step", "10x", "./arkor-trainer/train")
	if err != nil {
		return nil, err
	}
	full, lora := m["Step/full"], m["Step/lora"]
	return []figure{
		{"training, all weights, batch 8 x 128", full["tokens/s"], "tokens/s", 1400, true, 5},
		{"training, adapter r=16, batch 8 x 128", lora["tokens/s"], "tokens/s", 1400, true, 5},
		{"peak memory of these", max(full["peak-MB"], lora["peak-MB"]), "MB", 400, false, 5},
	}, nil
}

func (b *bench) decoding(ctx context.Context) ([]figure, error) {
	m, err := goBench(ctx, 5, "Decode", "1s", "./arkor-trainer/generate")
	if err != nil {
		return nil, err
	}
	return []figure{
		{"decoding, base", m["Decode"]["tokens/s"], "tokens/s", 150, true, 5},
		{"decoding, adapter r=16", m["DecodeAdapter"]["tokens/s"], "tokens/s", 150, true, 5},
	}, nil
}

// wholeTraining trains the triage template as a person does, once.
func (b *bench) wholeTraining(ctx context.Context) ([]figure, error) {
	project, err := b.triage(ctx)
	if err != nil {
		return nil, err
	}
	defer b.command(context.WithoutCancel(ctx), project, "arkor", "backend", "stop").Run()
	started := time.Now()
	out, err := b.command(ctx, project, "arkor", "start").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("arkor start: %w\n%s", err, out)
	}
	whole := time.Since(started)
	_, rest, _ := strings.Cut(string(out), "Started job ")
	jobID, _, _ := strings.Cut(rest, "\n")

	client, scope, err := b.localBackend(ctx, project)
	if err != nil {
		return nil, err
	}
	first, peak, err := readRun(ctx, client, scope, jobID)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"arkor start to the first loss", first.Sub(started).Seconds(), "s", 30, false, 1},
		{"arkor start, the whole training", whole.Seconds(), "s", 180, false, 1},
		{"peak memory of the worker", peak, "MB", 400, false, 1},
	}, nil
}

// localBackend returns a client of the local backend, and the project there.
func (b *bench) localBackend(ctx context.Context, project string) (*cloud.Client, cloud.Scope, error) {
	var access struct {
		Token, APIURL string
		Scope         cloud.Scope
	}
	token, err := b.command(ctx, project, "arkor-auth", "token", "--json", "--scope").Output()
	if err != nil {
		return nil, access.Scope, fmt.Errorf("arkor-auth token: %w", err)
	}
	err = json.Unmarshal(token, &access)
	return &cloud.Client{BaseURL: access.APIURL, Token: access.Token, Version: cli.Version()}, access.Scope, err
}

// readRun returns when a finished job's first loss was stored and how much
// memory, in megabytes, its worker took at most.
func readRun(ctx context.Context, client *cloud.Client, scope cloud.Scope, jobID string) (first time.Time, peak float64, err error) {
	stream, err := client.Events(ctx, scope, jobID, "")
	if err != nil {
		return first, 0, err
	}
	defer stream.Close()
	for {
		frame, err := stream.Next()
		if err != nil {
			return first, 0, fmt.Errorf("job %s: %w", jobID, err)
		}
		var event struct {
			Timestamp time.Time
			Metrics   struct{ PeakMemoryBytes float64 }
		}
		if json.Unmarshal([]byte(frame.Data), &event) != nil {
			continue
		}
		switch {
		case frame.Event == "training.log" && first.IsZero():
			first = event.Timestamp
		case frame.Event == "training.completed":
			return first, event.Metrics.PeakMemoryBytes / 1e6, nil
		}
	}
}
