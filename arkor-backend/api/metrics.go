package api

import (
	"math"
	"net/http"
	"strconv"

	"github.com/arkorlab/arkor-go/arkor-backend/series"
)

const (
	defaultPoints = 2000
	minPoints     = 10
	maxPoints     = 10_000
)

// metrics answers with the curves of a job, thinned out where it has more points
// than asked for. A stream opened behind lastEventId goes on without a gap.
func (s *server) metrics(c *call) error {
	job, err := s.find(c)
	if err != nil {
		return err
	}
	most := defaultPoints
	if query := c.URL.Query(); query.Has("points") {
		if most, err = strconv.Atoi(query.Get("points")); err != nil || most < minPoints || most > maxPoints {
			return fail(http.StatusBadRequest, "invalid_request", "points must be a whole number from %d to %d", minPoints, maxPoints)
		}
	}
	var last int64
	var checkpoints []int64
	points, err := s.logs.Points(job.ID, func(after int64, each func([]byte)) (int64, error) {
		var err error
		last, checkpoints, err = s.Store.Logs(c.Context(), job.ID, after, each)
		return last, err
	})
	if err != nil {
		return err
	}
	chosen := series.Pick(points, most)
	steps, times := make([]int64, len(chosen)), make([]*int64, len(chosen))
	for i, p := range chosen {
		steps[i] = points[p].Step
		if points[p].Time != 0 {
			times[i] = &points[p].Time
		}
	}
	column := func(n int) curve {
		values := make(curve, len(chosen))
		for i, p := range chosen {
			values[i] = points[p].Values[n]
		}
		return values
	}
	return c.json(http.StatusOK, map[string]any{"metrics": map[string]any{
		"jobId": job.ID,
		"total": len(points),
		"series": map[string]any{
			"step": steps, "time": times, "loss": column(series.Loss), "evalLoss": column(series.EvalLoss), "learningRate": column(series.LearningRate),
			"epoch": column(series.Epoch), "samplesPerSecond": column(series.SamplesPerSecond), "tokensPerSecond": column(series.TokensPerSecond),
		},
		"checkpoints": checkpoints,
		"lastEventId": strconv.FormatInt(last, 10),
	}})
}

// curve is written with null for what is no number.
type curve []float64

func (c curve) MarshalJSON() ([]byte, error) {
	text := []byte{'['}
	for i, value := range c {
		if i > 0 {
			text = append(text, ',')
		}
		if math.IsNaN(value) {
			text = append(text, "null"...)
		} else {
			text = strconv.AppendFloat(text, value, 'g', -1, 64)
		}
	}
	return append(text, ']'), nil
}
