package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	pixelEvents = 200
	pixelEvery  = 50 * time.Millisecond
)

// studioPage measures the page in a browser, on this machine.
func (b *bench) studioPage(ctx context.Context) ([]figure, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(filepath.Join(b.folder, "chromium")), chromedp.NoSandbox, chromedp.DisableGPU)...)
	defer stop()
	browser, stopBrowser := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	defer stopBrowser()
	if err := chromedp.Do(browser); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	const n = 10
	interactive, err := b.interactive(ctx, browser, n)
	if err != nil {
		return nil, err
	}
	pixel, err := b.pixel(ctx, browser)
	return []figure{
		{"Studio, from the address to a page that can be used", interactive, "ms", 300, false, n},
		{"Studio, event at the backend to pixel, p95", pixel, "ms", 150, false, pixelEvents},
	}, err
}

// interactive returns the median of the milliseconds from a navigation until
// the Overview has its heading and its button, drawn and free to answer.
func (b *bench) interactive(ctx, browser context.Context, n int) (float64, error) {
	project, err := b.triage(ctx)
	if err != nil {
		return 0, err
	}
	defer b.command(context.WithoutCancel(ctx), project, "arkor", "backend", "stop").Run()
	s, err := b.openStudio(ctx, project, filepath.Join(b.folder, "page"))
	if err != nil {
		return 0, err
	}
	var times []float64
	for i := range n + 1 {
		tab, leave := chromedp.NewContext(browser)
		took, err := navigated(tab, s.url+"/")
		leave()
		if err != nil {
			return 0, errors.Join(err, s.close())
		}
		if i > 0 {
			times = append(times, took)
		}
	}
	return median(times), s.close()
}

const untilUsable = `new Promise((resolve) => {
	const look = () => {
		const usable = document.querySelector("main h1") && document.querySelector("main button:not(:disabled)");
		if (!usable) return requestAnimationFrame(look);
		requestIdleCallback(() => resolve(performance.now()));
	};
	look();
})`

// pixel returns the 95th percentile of the milliseconds from an event at the
// backend until the step that it names, or a later one, is drawn.
func (b *bench) pixel(ctx, browser context.Context) (float64, error) {
	var events sentEvents
	api := httptest.NewServer(&events)
	defer api.Close()
	home, err := b.cloudProject("pixel")
	if err != nil {
		return 0, err
	}
	s, err := b.openStudio(ctx, home, home, cloudEnviron(api.URL)...)
	if err != nil {
		return 0, err
	}
	tab, leave := chromedp.NewContext(browser)
	defer leave()
	if err := chromedp.Do(tab, chromedp.Navigate(s.url+"/#/jobs/j")); err != nil {
		return 0, errors.Join(err, s.close())
	}
	drawn, err := chromedp.Run(tab, chromedp.Evaluate[[][2]float64](drawnSteps, chromedp.EvalAwaitPromise))
	if err := errors.Join(err, s.close()); err != nil {
		return 0, err
	}
	return events.late(drawn)
}

// drawnSteps notes when the page first shows each step, until the last one.
var drawnSteps = fmt.Sprintf(`new Promise((resolve) => {
	const drawn = [];
	let last = 0;
	const look = () => {
		const step = Number(/step (\d+) of/.exec(document.querySelector("main")?.textContent ?? "")?.[1] ?? 0);
		if (step > last) drawn.push([last = step, performance.timeOrigin + performance.now()]);
		if (step >= %d) resolve(drawn);
		else requestAnimationFrame(look);
	};
	look();
})`, pixelEvents)

// sentEvents is a backend with one running job, which notes when it sent what.
type sentEvents struct {
	mu   sync.Mutex
	sent []float64 // milliseconds of Unix time, by step
}

const runningJob = `{"id":"j","orgId":"o","projectId":"1","name":"late","status":"running","config":{"model":"m","maxSteps":200},"createdAt":"2026-01-01T00:00:00.000Z","startedAt":"2026-01-01T00:00:00.000Z"}`

func (e *sentEvents) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/v1/jobs":
		fmt.Fprintf(w, `{"jobs":[%s]}`, runningJob)
	case "/v1/jobs/j":
		fmt.Fprintf(w, `{"job":%s}`, runningJob)
	case "/v1/jobs/j/events/stream":
		e.stream(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (e *sentEvents) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w).Flush
	tick := time.NewTicker(pixelEvery)
	defer tick.Stop()
	for step := 1; step <= pixelEvents; step++ {
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
		e.mu.Lock()
		e.sent = append(e.sent, float64(time.Now().UnixMicro())/1000)
		e.mu.Unlock()
		fmt.Fprintf(w, "id: %d\nevent: training.log\ndata: {\"type\":\"training.log\",\"jobId\":\"j\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"step\":%d,\"loss\":1.25}\n\n", step, step)
		_ = flush()
	}
	<-r.Context().Done()
}

// late compares when steps were sent with when they were drawn.
func (e *sentEvents) late(drawn [][2]float64) (p95 float64, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.sent) != pixelEvents {
		return 0, fmt.Errorf("the page read %d events, not %d: it opened the stream again", len(e.sent), pixelEvents)
	}
	var late []float64
	next := 0
	for _, d := range drawn {
		for ; next < int(d[0]); next++ {
			late = append(late, d[1]-e.sent[next])
		}
	}
	slices.Sort(late)
	return late[len(late)*95/100], nil
}

func navigated(tab context.Context, url string) (float64, error) {
	if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
		return 0, err
	}
	return chromedp.Run(tab, chromedp.Evaluate[float64](untilUsable, chromedp.EvalAwaitPromise))
}
