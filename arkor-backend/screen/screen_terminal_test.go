//go:build unix

package screen

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// A drawing that stays is not cut to the 80 columns of a terminal, which folds
// what is longer.
func TestDrawOnANarrowTerminal(t *testing.T) {
	t.Parallel()
	results, inner := terminaltest.Open(t)
	s := &Screen{W: inner}
	if err := s.Draw(lines(1, strings.Repeat("x", 200))); err != nil {
		t.Fatal(err)
	}
	if text := results(); strings.Count(text, "x") != otherColumns-2 {
		t.Errorf("%q", text)
	}
}
