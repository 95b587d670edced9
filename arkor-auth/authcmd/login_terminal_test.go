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

// I3: what somebody pipes on are results; the question is not among them. The
// two are terminals of their own here, since without one nobody is asked.
func TestQuestionsAreOnStderr(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	results, stdout := openTerminal(t)
	s := p.run(stdout, "login")
	s.expect("How would you like to sign in?")
	s.expect("Anonymous")
	s.press(enter)
	s.ends(0)
	if got := results(); got != "Anonymous id: an_1\nSigned in anonymously (personal org: anon-1f2e).\n" {
		t.Errorf("stdout %q", got)
	}
}
