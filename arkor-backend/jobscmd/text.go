package jobscmd

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// width is how many columns a text takes on a terminal, or one more: from
// U+1100 on some characters are two wide.
func width(text string) (n int) {
	for _, r := range text {
		n += columns(r)
	}
	return n
}

func columns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r < 0x1100 || r == '…':
		return 1
	}
	return 2
}

// cut returns as much of a text as fits into so many columns.
func cut(text string, room int) string {
	if width(text) <= room {
		return text
	}
	room-- // for the dots
	for i, r := range text {
		if room -= columns(r); room < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

func pad(text string, to int) string { return text + strings.Repeat(" ", max(0, to-width(text))) }

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

// The colours of a terminal.
const (
	red, green, yellow, blue, dim = "31", "32", "33", "34", "2"
)

// paint colours a text where that is wanted.
func paint(on bool, colour, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func colourOf(status cloud.JobStatus) string {
	switch status {
	case cloud.Running:
		return blue
	case cloud.Completed:
		return green
	case cloud.Failed:
		return red
	case cloud.Cancelled:
		return yellow
	}
	return dim
}

// printJSON prints a value on a line of its own. What could act on a terminal
// inside a string is escaped.
func printJSON(w io.Writer, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range string(data) {
		if unicode.In(r, unicode.Cc, unicode.Cf) && r <= 0xffff {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteByte('\n')
	_, err = io.WriteString(w, b.String())
	return err
}
