package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	jobsListed   = 50
	askersAtOnce = 16
	askedFor     = 3 * time.Second
	tabs         = 100
	tabEvents    = 50 // per second
	tabSeconds   = 6
)

// studioLoad measures Studio with many requests at once, and with many tabs.
func (b *bench) studioLoad(ctx context.Context) ([]figure, error) {
	direct, through, err := b.jobLists(ctx)
	if err != nil {
		return nil, err
	}
	const rounds = 3
	var late []float64
	for range rounds {
		p99, err := b.manyTabs(ctx)
		if err != nil {
			return nil, err
		}
		late = append(late, p99)
	}
	return []figure{
		{"Studio, /api/jobs, 50 jobs, over a backend that answers at once", direct, "requests/s", 2000, true, 1},
		{"Studio, /api/jobs, 50 jobs, over the local backend", through, "requests/s", 2000, true, 1},
		{"Studio, 100 tabs on a job at 50 events/s, p99 of the delivery", median(late), "ms", 250, false, rounds},
	}, nil
}

// jobLists returns how many lists of jobs a second come through Studio: with a
// backend that costs nothing, and with the local one.
func (b *bench) jobLists(ctx context.Context) (alone, local float64, err error) {
	api := httptest.NewServer(tabAPI())
	defer api.Close()
	home, err := b.cloudProject("lists")
	if err != nil {
		return 0, 0, err
	}
	s, err := b.openStudio(ctx, home, home, cloudEnviron(api.URL)...)
	if err != nil {
		return 0, 0, err
	}
	alone, err = s.rate("/api/jobs?limit=50")
	if err := errors.Join(err, s.close()); err != nil {
		return 0, 0, err
	}

	project, err := b.triage(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer b.command(context.WithoutCancel(ctx), project, "arkor", "backend", "stop").Run()
	if err := b.manyJobs(ctx, project); err != nil {
		return 0, 0, err
	}
	if s, err = b.openStudio(ctx, project, filepath.Join(b.folder, "lists")); err != nil {
		return 0, 0, err
	}
	local, err = s.rate("/api/jobs?limit=50")
	return alone, local, errors.Join(err, s.close())
}

// manyJobs leaves a full page of jobs at the local backend.
func (b *bench) manyJobs(ctx context.Context, project string) error {
	if err := outputOf(b.command(ctx, project, "arkor", "start", "--dry-run")); err != nil {
		return err
	}
	client, scope, err := b.localBackend(ctx, project)
	if err != nil {
		return err
	}
	var list struct{ Jobs []cloud.Job }
	query := url.Values{"orgSlug": {scope.OrgSlug}, "projectSlug": {scope.ProjectSlug}}
	if err := client.Get(ctx, "/v1/jobs?"+query.Encode(), &list); err != nil {
		return err
	}
	for range jobsListed - len(list.Jobs) {
		job, err := client.CreateJob(ctx, scope, "triage-run", list.Jobs[0].Config)
		if err == nil {
			err = client.CancelJob(ctx, scope, job.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rate asks for a path from many sides for some seconds.
func (s *aStudio) rate(path string) (float64, error) {
	if _, err := s.get(path); err != nil { // who we are is known from now on
		return 0, err
	}
	var answered atomic.Int64
	failures := make([]error, askersAtOnce)
	started := time.Now()
	var all sync.WaitGroup
	for i := range askersAtOnce {
		all.Go(func() {
			for time.Since(started) < askedFor && failures[i] == nil {
				if _, failures[i] = s.get(path); failures[i] == nil {
					answered.Add(1)
				}
			}
		})
	}
	all.Wait()
	return float64(answered.Load()) / time.Since(started).Seconds(), errors.Join(failures...)
}

// manyTabs follows a job in many tabs at once. The backend says in each event
// when it was sent.
func (b *bench) manyTabs(ctx context.Context) (p99 float64, err error) {
	api := httptest.NewServer(tabAPI())
	defer api.Close()
	home, err := b.cloudProject("tabs")
	if err != nil {
		return 0, err
	}
	s, err := b.openStudio(ctx, home, home, cloudEnviron(api.URL)...)
	if err != nil {
		return 0, err
	}
	late := make([][]float64, tabs)
	failures := make([]error, tabs)
	var all sync.WaitGroup
	for i := range tabs {
		all.Go(func() { late[i], failures[i] = s.follow(ctx) })
	}
	all.Wait()
	if err := errors.Join(append(failures, s.close())...); err != nil {
		return 0, err
	}
	sorted := slices.Sorted(slices.Values(slices.Concat(late...)))
	if want := tabs * tabEvents * tabSeconds; len(sorted) != want {
		return 0, fmt.Errorf("%d events came, not %d", len(sorted), want)
	}
	return sorted[len(sorted)*99/100], nil
}

// follow returns by how many milliseconds each event of the job came late.
func (s *aStudio) follow(ctx context.Context) ([]float64, error) {
	res, err := s.open("/api/jobs/j/events")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	stop := context.AfterFunc(ctx, func() { res.Body.Close() })
	defer stop()
	var late []float64
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), `"sent":`); ok {
			sent, err := strconv.ParseInt(strings.TrimSuffix(rest, "}"), 10, 64)
			if err != nil {
				return nil, err
			}
			late = append(late, float64(time.Now().UnixMicro()-sent)/1000)
		}
	}
	return late, lines.Err()
}

// cloudProject makes a project of a cloud, in a folder that is the home, too.
func (b *bench) cloudProject(name string) (folder string, err error) {
	folder = filepath.Join(b.folder, name)
	return folder, writeFiles(folder, map[string]string{".arkor/state.json": `{"orgSlug":"o","projectSlug":"p","projectId":"1"}`})
}

func cloudEnviron(address string) []string {
	return []string{"ARKOR_BACKEND=" + address, "ARKOR_TOKEN=t"}
}

// tabAPI is a backend with a list of jobs and one whose events go to
// everybody at the same moments.
func tabAPI() http.Handler {
	var jobs []string
	for i := range jobsListed {
		jobs = append(jobs, fmt.Sprintf(`{"id":"j%d","orgId":"o","projectId":"1","name":"triage-run","status":"completed","config":{"model":"arkor/tiny","loraR":16},"createdAt":"2026-01-01T00:00:00.000Z"}`, i))
	}
	list := `{"jobs":[` + strings.Join(jobs, ",") + `],"nextCursor":null}`
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/jobs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(list))
	})
	mux.HandleFunc("GET /v1/jobs/j/events/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(w).Flush
		_ = flush()
		tick := time.NewTicker(time.Second / tabEvents)
		defer tick.Stop()
		for i := range tabEvents * tabSeconds {
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
			fmt.Fprintf(w, "id: %d\nevent: training.log\ndata: {\"type\":\"training.log\",\"jobId\":\"j\",\"step\":%d,\"loss\":1.25,\"sent\":%d}\n\n", i+1, i+1, time.Now().UnixMicro())
			_ = flush()
		}
	})
	return mux
}

func zippedSize(data []byte) int {
	var zipped bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // a valid level
	_, _ = w.Write(data)                                       // a Buffer takes everything
	_ = w.Close()
	return zipped.Len()
}
