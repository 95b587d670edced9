package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // what the backend keeps its state with

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	manyJobs      = 10_000
	longLog       = 100_000 // events of one job
	shortLog      = 100     // events of each of most others
	totalEvents   = 1_000_000
	manyReaders   = 1_000
	readerEvents  = 50 // a second
	readerSeconds = 6
)

// scale measures a backend that has much behind it, and one with many readers.
func (b *bench) scale(ctx context.Context) ([]figure, error) {
	list, series, err := b.fullDatabase(ctx)
	if err != nil {
		return nil, err
	}
	late, memory, err := b.manyFollowers(ctx)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"backend, a page of 10,000 jobs with 1,000,000 events, p95", list, "ms", 50, false, manyJobs / jobsListed},
		{"backend, a series of 100,000 points, thinned out, after a start", series, "ms", 200, false, 5},
		{"backend, 1,000 readers of a job at 50 events/s, p99 of the delivery", late, "ms", 250, false, manyReaders},
		{"backend, memory with them at most", memory, "MB", 300, false, 1},
	}, nil
}

// server is an arkor-backend of the bench's own.
type server struct {
	cmd    *exec.Cmd
	client *cloud.Client
}

var scaleScope = cloud.Scope{OrgSlug: "local", ProjectSlug: "scale"}

// serve starts a backend out of a folder of binaries.
func (b *bench) serve(ctx context.Context, bin, data string) (*server, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "arkor-backend"), "serve", "--data", data)
	cmd.Env = append(os.Environ(), b.env...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("arkor-backend serve: %w", err), s.close())
	}
	token, err := os.ReadFile(filepath.Join(data, "owner-token"))
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	_, address, _ := strings.Cut(strings.TrimSpace(line), "listening on ")
	s.client = &cloud.Client{BaseURL: address, Token: strings.TrimSpace(string(token)), Version: cli.Version(),
		HTTP: &http.Client{Transport: &http.Transport{}}}
	return s, nil
}

func (s *server) close() error {
	return errors.Join(s.cmd.Process.Signal(os.Interrupt), s.cmd.Wait())
}

// fullDatabase returns how long a page of a long list takes, and the curves of
// a long training.
func (b *bench) fullDatabase(ctx context.Context) (list, series float64, err error) {
	data := filepath.Join(b.folder, "full")
	s, err := b.serve(ctx, b.bin, data)
	if err != nil {
		return 0, 0, err
	}
	_, err = s.client.CreateProject(ctx, scaleScope.OrgSlug, "scale", scaleScope.ProjectSlug)
	if err := errors.Join(err, s.close()); err != nil {
		return 0, 0, err
	}
	if err := fill(ctx, filepath.Join(data, "backend.db")); err != nil {
		return 0, 0, err
	}
	var first []float64
	for range 5 {
		if s, err = b.serve(ctx, b.bin, data); err != nil {
			return 0, 0, err
		}
		started := time.Now()
		var answer struct{ Metrics struct{ Total int } }
		err := s.client.Get(ctx, "/v1/jobs/00000001-0000-4000-8000-000000000000/metrics?"+scaleQuery(nil), &answer)
		first = append(first, milliseconds(started))
		if err == nil && answer.Metrics.Total != longLog {
			err = fmt.Errorf("the series has %d points", answer.Metrics.Total)
		}
		if err != nil {
			return 0, 0, errors.Join(err, s.close())
		}
		if len(first) == 5 {
			list, err = s.pages(ctx)
		}
		if err := errors.Join(err, s.close()); err != nil {
			return 0, 0, err
		}
	}
	return list, median(first), nil
}

func milliseconds(since time.Time) float64 { return float64(time.Since(since).Microseconds()) / 1000 }

func scaleQuery(more url.Values) string {
	query := url.Values{"orgSlug": {scaleScope.OrgSlug}, "projectSlug": {scaleScope.ProjectSlug}}
	for key, values := range more {
		query[key] = values
	}
	return query.Encode()
}

// fill makes the jobs and events of a year, as the backend would have.
func fill(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path))
	if err != nil {
		return err
	}
	defer db.Close()
	const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `
	const id = `printf('%08x-0000-4000-8000-000000000000', ` // a UUID
	const event = `json_object('epoch', i / 10.0, 'evalLoss', NULL, 'jobId', ` + id + `j), 'learningRate', 0.0002, 'loss', 1.0 + 1.0 / i,
		'samplesPerSecond', 20.5, 'step', i, 'timestamp', '2026-01-01T00:00:00.000Z', 'tokensPerSecond', 1500.25, 'type', 'training.log')`
	short := (totalEvents - longLog) / shortLog
	for _, statement := range []string{
		fmt.Sprintf(numbers, manyJobs) + `INSERT INTO jobs (id, project_id, name, status, config, created_at, started_at, completed_at, last_event)
			SELECT ` + id + `i), (SELECT id FROM projects), 'triage-run', 'completed', '{"model":"arkor/tiny","datasetSource":{"type":"file"},"loraR":16}',
			strftime('%Y-%m-%dT%H:%M:%S.000Z', 1767225600 + i, 'unixepoch'), '2026-01-01T00:00:01.000Z', '2026-01-01T00:01:00.000Z',
			` + fmt.Sprintf(`CASE WHEN i = 1 THEN %d WHEN i <= %d THEN %d ELSE 0 END FROM n`, longLog, short+1, shortLog),
		fmt.Sprintf(numbers, longLog) + `, one (j) AS (VALUES (1)) INSERT INTO events SELECT ` + id + `j), i, 'training.log', ` + event + ` FROM one, n`,
		fmt.Sprintf(numbers, shortLog) + fmt.Sprintf(`, many (j) AS (SELECT 2 UNION ALL SELECT j + 1 FROM many WHERE j < %d)
			INSERT INTO events SELECT `, short+1) + id + `j), i, 'training.log', ` + event + ` FROM many, n`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("fill the database: %w", err)
		}
	}
	var jobs, events int
	err = db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM events)`).Scan(&jobs, &events)
	if err == nil && (jobs != manyJobs || events != totalEvents) {
		err = fmt.Errorf("the database has %d jobs and %d events", jobs, events)
	}
	return err
}

// pages reads the whole list page by page, each of them once.
func (s *server) pages(ctx context.Context) (p95 float64, err error) {
	var times []float64
	seen, cursor := 0, ""
	for {
		query := url.Values{"limit": {strconv.Itoa(jobsListed)}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		var page struct {
			Jobs       []json.RawMessage
			NextCursor *string
		}
		started := time.Now()
		if err := s.client.Get(ctx, "/v1/jobs?"+scaleQuery(query), &page); err != nil {
			return 0, err
		}
		times = append(times, milliseconds(started))
		seen += len(page.Jobs)
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	if seen != manyJobs {
		return 0, fmt.Errorf("the pages hold %d jobs", seen)
	}
	return slices.Sorted(slices.Values(times))[len(times)*95/100], nil
}

// manyFollowers has a stand-in for the trainer log at a steady rate, and returns
// how late its lines reach the readers and what memory the backend takes.
func (b *bench) manyFollowers(ctx context.Context) (p99, memory float64, err error) {
	bin := filepath.Join(b.folder, "ticking")
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	for from, name := range map[string]string{filepath.Join(b.bin, "arkor-backend"): "arkor-backend", self: tickerName} {
		if err := copyProgram(from, filepath.Join(bin, name)); err != nil {
			return 0, 0, err
		}
	}
	s, err := b.serve(ctx, bin, filepath.Join(b.folder, "followed"))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if _, err := s.client.CreateProject(ctx, scaleScope.OrgSlug, "scale", scaleScope.ProjectSlug); err != nil {
		return 0, 0, err
	}
	job, err := s.client.CreateJob(ctx, scaleScope, "ticking", map[string]any{
		"model": "arkor/tiny", "datasetSource": map[string]string{"type": "huggingface", "name": "none/none"}})
	if err != nil {
		return 0, 0, err
	}
	late := make([][]float64, manyReaders)
	failures := make([]error, manyReaders)
	var all sync.WaitGroup
	for i := range manyReaders {
		all.Go(func() { late[i], failures[i] = s.lateness(ctx, job.ID) })
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return 0, 0, err
	}
	if memory, err = memoryOf(s.cmd.Process.Pid, "VmHWM"); err != nil {
		return 0, 0, err
	}
	sorted := slices.Sorted(slices.Values(slices.Concat(late...)))
	if want := manyReaders * readerEvents * readerSeconds; len(sorted) != want {
		return 0, 0, fmt.Errorf("%d events came, not %d", len(sorted), want)
	}
	return sorted[len(sorted)*99/100], memory, nil
}

// lateness returns how many milliseconds after it was printed each log line of
// the stand-in came.
func (s *server) lateness(ctx context.Context, jobID string) ([]float64, error) {
	stream, err := s.client.Events(ctx, scaleScope, jobID, "")
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	var late []float64
	for {
		frame, err := stream.Next()
		if err != nil {
			return nil, err
		}
		now := time.Now().UnixMicro()
		switch frame.Event {
		case cloud.EventEnd:
			return late, nil
		case cloud.EventLog:
			_, rest, _ := strings.Cut(frame.Data, `"`+tickerField+`":`)
			digits, _, _ := strings.Cut(rest, ",")
			sent, err := strconv.ParseFloat(digits, 64)
			if err != nil {
				return nil, fmt.Errorf("event %q", frame.Data)
			}
			late = append(late, (float64(now)-sent)/1000)
		}
	}
}

func copyProgram(from, to string) error {
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}
