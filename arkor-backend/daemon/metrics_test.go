package daemon_test

import (
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

type metrics struct {
	JobID       string
	Total       int
	Series      map[string][]*float64
	Checkpoints []int64
	LastEventID string
}

func (b *backend) metrics(jobID, query string) metrics {
	b.t.Helper()
	a := b.do("GET", inDemo("/v1/jobs/"+jobID+"/metrics"+query), nil)
	b.want(a, 200, "")
	return read[struct{ Metrics metrics }](a).Metrics
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	for worker.AtStep() < 4 {
		worker.Do("go")
	}
	b.eventsUntil(job.ID, "", func(f cloud.Frame) bool { return f.ID == "5" })
	var times []string
	for _, frame := range b.eventsUntil(job.ID, "", func(f cloud.Frame) bool { return f.ID == "5" }) {
		var event struct{ Timestamp time.Time }
		if err := json.Unmarshal([]byte(frame.Data), &event); err != nil {
			t.Fatal(err)
		}
		if frame.Event == "training.log" {
			times = append(times, strconv.FormatInt(event.Timestamp.UnixMilli(), 10))
		}
	}
	check(t, `{"metrics":{"checkpoints":[2],"jobId":"`+job.ID+`","lastEventId":"5","series":{"epoch":[0.5,0.5,0.5],"evalLoss":[null,null,null],`+
		`"learningRate":[0.001,0.001,0.001],"loss":[1,0.5,0.3333333333333333],"samplesPerSecond":[20,20,20],"step":[1,2,3],"time":[`+strings.Join(times, ",")+`],"tokensPerSecond":[1500,1500,1500]},"total":3}}`,
		b.do("GET", inDemo("/v1/jobs/"+job.ID+"/metrics"), nil).text())

	// The stream goes on where the series ends.
	seen := b.metrics(job.ID, "")
	worker.Do("free")
	check(t, fourSteps[5:], tell(b.events(job.ID, seen.LastEventID)))
	whole := b.metrics(job.ID, "?points=10")
	check(t, []any{"8", 4, []int64{2, 4}, 4.0}, []any{whole.LastEventID, whole.Total, whole.Checkpoints, *whole.Series["step"][3]})

	for _, points := range []string{"", "9", "10001", "-1", "x", "10.0", "1e3"} {
		b.want(b.do("GET", inDemo("/v1/jobs/"+job.ID+"/metrics?points="+points), nil), 400, "invalid_request")
	}
	b.want(b.do("GET", inDemo("/v1/jobs/unknown/metrics"), nil), 404, "job_not_found")
	b.want(b.do("DELETE", inDemo("/v1/jobs/"+job.ID), nil), 204, "")
	b.want(b.do("GET", inDemo("/v1/jobs/"+job.ID+"/metrics"), nil), 404, "job_not_found")
}

func TestMetricsOfAJobThatDidNotBegin(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	b.create(config(fakeworker.Plan{Control: control.Address()}))
	job := b.create(config(fakeworker.Plan{}))
	check(t, `{"metrics":{"checkpoints":[],"jobId":"`+job.ID+`","lastEventId":"0","series":{"epoch":[],"evalLoss":[],`+
		`"learningRate":[],"loss":[],"samplesPerSecond":[],"step":[],"time":[],"tokensPerSecond":[]},"total":0}}`,
		b.do("GET", inDemo("/v1/jobs/"+job.ID+"/metrics"), nil).text())
}

// longTraining gives the backend an ended job with many log events: a falling
// loss with one peak and one dip, an evaluation every thousand steps, and a
// stretch in which the loss is no number.
func longTraining(b *backend, events int) (jobID string) {
	b.t.Helper()
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	b.close()
	db, err := sql.Open("sqlite", string(b.options.Home)+"/backend.db")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, statement := range []string{
		`DELETE FROM events WHERE job_id = ?1`,
		`UPDATE jobs SET last_event = ?2 WHERE id = ?1`,
		`WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < ?2)
		INSERT INTO events SELECT ?1, n, 'training.log', printf(
			'{"epoch":%.4f,"evalLoss":%s,"jobId":"%s","learningRate":%.9f,"loss":%s,"samplesPerSecond":%.3f,"step":%d,"timestamp":"2026-03-04T05:06:07.000Z","tokensPerSecond":%.2f,"type":"training.log"}',
			n / 1000.0, iif(n % 1000 = 0, 3.0 - n / 50000.0, 'null'), ?1, 0.0002 / n,
			CASE WHEN n = 1234 THEN '99.5' WHEN n = 5678 THEN '0.0625' WHEN n BETWEEN 40000 AND 50000 THEN 'null' ELSE 1.0 + 1000.0 / (n + 1000) + n % 7 / 1000.0 END,
			20.123, n, 1500.25) FROM steps`,
	} {
		if _, err := db.ExecContext(b.t.Context(), statement, job.ID, events); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.open()
	return job.ID
}

func TestMetricsOfALongTraining(t *testing.T) {
	t.Parallel()
	b := start(t)
	id := longTraining(b, 100_000)
	for query, most := range map[string]int{"": 2000, "?points=10": 10, "?points=500": 500, "?points=10000": 10_000} {
		m := b.metrics(id, query)
		steps := m.Series["step"]
		n := len(steps)
		if n > most || n < most/2 || m.Total != 100_000 || m.LastEventID != "100000" {
			t.Fatalf("%q: %d points of %d up to event %s", query, n, m.Total, m.LastEventID)
		}
		check(t, []float64{1, 100_000}, []float64{*steps[0], *steps[n-1]})
		peak, dip, gap := 0, 0, false
		for i, loss := range m.Series["loss"] {
			switch {
			case loss == nil:
				gap = gap || *steps[i] >= 40_000 && *steps[i] <= 50_000
			case *loss == 99.5 && *steps[i] == 1234:
				peak++
			case *loss == 0.0625 && *steps[i] == 5678:
				dip++
			}
		}
		check(t, []any{1, 1, true}, []any{peak, dip, gap})
		low, high := 9.0, 0.0
		for _, loss := range m.Series["evalLoss"] {
			if loss != nil {
				low, high = min(low, *loss), max(high, *loss)
			}
		}
		check(t, []float64{1, 2.98}, []float64{low, high})
		for name, column := range m.Series {
			if len(column) != n {
				t.Errorf("%q: %d values of %s beside %d steps", query, len(column), name, n)
			}
		}
	}
}

func BenchmarkMetricsOfALongTraining(b *testing.B) {
	backend := start(b)
	id := longTraining(backend, 100_000)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			backend.close()
			backend.open()
			b.StartTimer()
			backend.metrics(id, "")
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			backend.metrics(id, "")
		}
	})
}
