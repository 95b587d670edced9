package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// esbuildVersion is the release of the bundler that arkor-build links.
const esbuildVersion = "0.28.2"

// bundleWithNode does what "arkor build" does, as a JavaScript tool would.
const bundleWithNode = `
import { build } from "esbuild";
await build({
  entryPoints: ["src/arkor/index.ts"], outfile: ".arkor/build/index.mjs",
  bundle: true, platform: "node", format: "esm", target: "node20", packages: "external",
  sourcemap: "linked", metafile: true, charset: "utf8", logLevel: "error",
});
`

// building compares "arkor build" with the same work under node.
func (b *bench) building(ctx context.Context) ([]figure, error) {
	tool := filepath.Join(b.folder, "esbuild")
	if err := writeFiles(tool, map[string]string{"package.json": `{"private":true}`, "build.mjs": bundleWithNode}); err != nil {
		return nil, err
	}
	install := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "esbuild@"+esbuildVersion)
	install.Dir = tool
	if out, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm install esbuild: %w\n%s", err, out)
	}
	// The package arkor is installed, so that both leave it an import.
	project := filepath.Join(b.folder, "installed")
	if err := outputOf(b.command(ctx, b.folder, "arkor", "init", "installed", "--template", "triage", "--yes", "--skip-git")); err != nil {
		return nil, err
	}
	if err := writeFiles(project, map[string]string{"node_modules/arkor/package.json": `{"name":"arkor","version":"0.0.0-dev"}`}); err != nil {
		return nil, err
	}
	ours := func() error { return outputOf(b.command(ctx, project, "arkor", "build")) }
	theirs := func() error {
		cmd := exec.CommandContext(ctx, "node", filepath.Join(tool, "build.mjs"))
		cmd.Dir = project
		return outputOf(cmd)
	}
	const n = 20
	times, err := inTurns(n, theirs, ours)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"the same build under node with esbuild's npm package, over arkor build", median(times[0]) / median(times[1]), "x", 5, true, n},
	}, nil
}

// instantTrainer ends at once, so that what is left is the tool.
const instantTrainer = `
const job = { id: "j", status: "completed" };
export const trainer = { name: "t", start: async () => ({ jobId: job.id }), wait: async () => ({ job }), cancel: async () => {} };
`

// bareRun does what "arkor start" does with a bundle, without the tool.
const bareRun = `
const { trainer } = await import("./.arkor/build/index.mjs");
const { jobId } = await trainer.start();
console.log("Started job " + jobId);
const { job } = await trainer.wait();
console.log("Job " + job.id + " finished with status=" + job.status);
`

// starting measures what "arkor start" adds to the runtime that it starts.
func (b *bench) starting(ctx context.Context) ([]figure, error) {
	project := filepath.Join(b.folder, "instant")
	err := writeFiles(project, map[string]string{"src/arkor/index.ts": instantTrainer, "bare.mjs": bareRun})
	if err != nil {
		return nil, err
	}
	const n = 40
	times, err := inTurns(n,
		func() error { return outputOf(b.command(ctx, project, "arkor", "start")) },
		func() error {
			cmd := exec.CommandContext(ctx, "node", "bare.mjs")
			cmd.Dir = project
			return outputOf(cmd)
		})
	if err != nil {
		return nil, err
	}
	return []figure{{"arkor start adds to the bare runtime", median(times[0]) - median(times[1]), "ms", 30, false, n}}, nil
}

const (
	eventsPerSecond = 200
	eventsSent      = 2000
)

// lateTrainer prints how late the callbacks are: the server says in the loss
// of each event when it was sent.
const lateTrainer = `
import { createTrainer } from "arkor";
const late: number[] = [];
export const trainer = createTrainer({
  name: "late", model: "m", dataset: { type: "huggingface", name: "d" },
  callbacks: {
    onLog: ({ loss }) => { late.push(performance.timeOrigin + performance.now() - (loss ?? 0)); },
    onCompleted: () => {
      late.sort((a, b) => a - b);
      console.log("late " + JSON.stringify([late.length, late[Math.ceil(late.length * 0.99) - 1]]));
    },
  },
});
`

// delivering measures the time from an event at the server to its callback.
func (b *bench) delivering(ctx context.Context) ([]figure, error) {
	api := httptest.NewServer(eventAPI())
	defer api.Close()
	project := filepath.Join(b.folder, "late")
	err := writeFiles(project, map[string]string{
		"src/arkor/index.ts": lateTrainer,
		".arkor/state.json":  `{"orgSlug":"o","projectSlug":"p","projectId":"1"}`,
	})
	if err != nil {
		return nil, err
	}
	const rounds = 3
	var p99 []float64
	for range rounds {
		cmd := b.commandIn(ctx, []string{"HOME=" + project, "ARKOR_CLOUD_API_URL=" + api.URL, "ARKOR_TOKEN=t"}, project, "arkor", "start")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("arkor start: %w\n%s", err, out)
		}
		_, rest, _ := strings.Cut(string(out), "late ")
		line, _, _ := strings.Cut(rest, "\n")
		var result [2]float64
		if err := json.Unmarshal([]byte(line), &result); err != nil || result[0] != eventsSent {
			return nil, fmt.Errorf("arkor start printed %s", out)
		}
		p99 = append(p99, result[1])
	}
	return []figure{{"event to callback at 200 events/s, p99", median(p99), "ms", 10, false, rounds}}, nil
}

// eventAPI is as much of the cloud API as one job needs.
func eventAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/jobs", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"job":{"id":"j","orgId":"o","projectId":"1","name":"late","status":"queued","config":{"model":"m"},"createdAt":"2026-01-01T00:00:00.000Z"}}`)
	})
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"models":[{"id":"m","displayName":"m","parameters":null,"limits":{},"capabilities":{"train":true,"infer":true}}],"limits":{}}`)
	})
	mux.HandleFunc("GET /v1/jobs/j/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(w).Flush
		send := func(id int, kind, fields string) {
			fmt.Fprintf(w, "id: %d\nevent: %s\ndata: {\"type\":%q,\"jobId\":\"j\",\"timestamp\":\"2026-01-01T00:00:00.000Z\"%s}\n\n", id, kind, kind, fields)
			_ = flush()
		}
		tick := time.NewTicker(time.Second / eventsPerSecond)
		defer tick.Stop()
		for i := range eventsSent {
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
			sent := float64(time.Now().UnixMicro()) / 1000
			send(i+1, "training.log", fmt.Sprintf(`,"step":%d,"loss":%.3f`, i+1, sent))
		}
		send(eventsSent+1, "training.completed", "")
	})
	return mux
}

// inTurns runs each function n times, after once for the caches, in turns, as
// the machine is not equally busy all the time. It returns the milliseconds.
func inTurns(n int, functions ...func() error) ([][]float64, error) {
	times := make([][]float64, len(functions))
	for i := range n + 1 {
		for k, f := range functions {
			started := time.Now()
			if err := f(); err != nil {
				return nil, err
			}
			if i > 0 {
				times[k] = append(times[k], float64(time.Since(started).Microseconds())/1000)
			}
		}
	}
	return times, nil
}

// outputOf runs a command; what it printed is in the error only.
func outputOf(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

func writeFiles(folder string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}
