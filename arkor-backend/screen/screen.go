// Package screen lays out what commands show: on a terminal cut to its width and
// in colour, elsewhere as plain lines, and as JSON.
package screen

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

// Screen is where a command draws: a terminal, on which a drawing replaces the
// one before, or anything else.
type Screen struct {
	W     io.Writer
	Live  bool // drawings replace each other
	color bool
	drawn int // rows of the last one
}

// New returns the screen of a command's results.
func New(env cli.Env) *Screen {
	return &Screen{W: env.Stdout, color: env.Color(env.Stdout), Live: cli.IsTerminal(env.Stdout) && env.Getenv("TERM") != "dumb"}
}

// Size returns how many columns and rows there are: asked each time, since a
// window changes.
func (s *Screen) Size() (columns, rows int) {
	columns, rows = cli.TerminalSize(s.W)
	if columns <= 0 || rows <= 0 {
		return otherColumns, otherRows
	}
	return columns, rows
}

// Line is a row of a drawing: text that is cut to the width of the screen, and
// the colours of its parts.
type Line []Part

// Part is a piece of a Line; Colour is one of the constants, or "".
type Part struct{ Text, Colour string }

// render cuts a line to so many columns. A cut inside a part keeps its colour.
func (l Line) render(room int, color bool) string {
	var b strings.Builder
	for _, p := range l {
		text := Cut(p.Text, room)
		room -= width(text)
		b.WriteString(Paint(color && p.Colour != "", p.Colour, text))
		if room <= 0 {
			break
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// Draw shows lines, in the place of the last drawing on a live screen.
func (s *Screen) Draw(lines []Line) error {
	columns, rows := s.Size()
	var b strings.Builder
	if s.Live {
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
	_, err := io.WriteString(s.W, b.String())
	return err
}
