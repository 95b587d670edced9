//go:build unix

package authcmd

import "testing"

// A program must not ask the terminal anything unless it asks the person: a
// terminal that does not answer would hold up every command for seconds.
func TestNothingIsAskedOfTheTerminal(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	s := p.run(nil, "--version")
	s.ends(0)
	if got := string(s.raw); got != "0.0.0-dev\r\n" {
		t.Errorf("got %q", got)
	}
}
