package jobscmd

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// lasted is how long a job has been at work, "" before it began.
func lasted(job cloud.Job, now time.Time) string {
	if job.StartedAt == nil {
		return ""
	}
	began, err := time.Parse(time.RFC3339, *job.StartedAt)
	if err != nil {
		return ""
	}
	until := now
	if job.CompletedAt != nil {
		if until, err = time.Parse(time.RFC3339, *job.CompletedAt); err != nil {
			return ""
		}
	}
	return span(until.Sub(began))
}

func span(d time.Duration) string {
	seconds := int64(max(0, d.Round(time.Second)) / time.Second)
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min %d s", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d h %d min", seconds/3600, seconds%3600/60)
}

// count writes a number with commas between thousands.
func count(n float64) string {
	digits := strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func colourOf(status cloud.JobStatus) string {
	switch status {
	case cloud.Running:
		return screen.Blue
	case cloud.Completed:
		return screen.Green
	case cloud.Failed:
		return screen.Red
	case cloud.Cancelled:
		return screen.Yellow
	}
	return screen.Dim
}
