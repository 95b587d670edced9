package jobscmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// What is assumed of an output that is no terminal.
const (
	otherColumns = 120
	otherRows    = 24
)

// screen is where a command draws: a terminal, on which a drawing replaces the
// one before, or anything else.
type screen struct {
	w     io.Writer
	color bool
	live  bool // drawings replace each other
	drawn int  // rows of the last one
}

func newScreen(env cli.Env) *screen {
	return &screen{w: env.Stdout, color: env.Color(env.Stdout), live: cli.IsTerminal(env.Stdout) && env.Getenv("TERM") != "dumb"}
}

// size returns how many columns and rows there are: asked each time, since a
// window changes.
func (s *screen) size() (columns, rows int) {
	columns, rows = cli.TerminalSize(s.w)
	if columns <= 0 || rows <= 0 {
		return otherColumns, otherRows
	}
	return columns, rows
}

// line is a row of a drawing: text that is cut to the width of the screen, and
// the colours of its parts.
type line []part

type part struct{ text, colour string }

// render cuts a line to so many columns. A cut inside a part keeps its colour.
func (l line) render(room int, color bool) string {
	var b strings.Builder
	for _, p := range l {
		text := cut(p.text, room)
		room -= width(text)
		b.WriteString(paint(color && p.colour != "", p.colour, text))
		if room <= 0 {
			break
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// draw shows lines, in the place of the last drawing on a live screen.
func (s *screen) draw(lines []line) error {
	columns, rows := s.size()
	var b strings.Builder
	if s.live {
		lines = lines[:min(len(lines), max(1, rows-1))] // what has scrolled away cannot be drawn over
		if s.drawn > 0 {
			fmt.Fprintf(&b, "\x1b[%dA", s.drawn)
		}
		b.WriteString("\r\x1b[J")
	} else {
		columns = max(columns, otherColumns)
	}
	for _, l := range lines {
		b.WriteString(l.render(columns-1, s.color))
		b.WriteByte('\n')
	}
	s.drawn = len(lines)
	_, err := io.WriteString(s.w, b.String())
	return err
}
