package screen

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func lines(n int, text string) (all []Line) {
	for range n {
		all = append(all, Line{{Text: text}})
	}
	return all
}

// What has scrolled away cannot be drawn over: a drawing leaves a row for the
// cursor, and the next one begins where it began.
func TestDrawAgain(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &Screen{W: &out, Live: true}
	if err := s.Draw(lines(30, "a")); err != nil {
		t.Fatal(err)
	}
	if err := s.Draw(lines(1, "b")); err != nil {
		t.Fatal(err)
	}
	want := "\r\x1b[J" + strings.Repeat("a\n", otherRows-1) + "\x1b[23A\r\x1b[Jb\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// What could act on a terminal is escaped, so that programs read what was meant.
func TestPrintJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := PrintJSON(&out, "é\x1b[31m\u009b\u202e\u200b\x7f\n"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`"é\u001b[31m\u009b\u202e\u200b\u007f\n"`+"\n", out.String()); diff != "" {
		t.Error(diff)
	}
}
