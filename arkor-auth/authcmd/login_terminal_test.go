//go:build unix

package authcmd

import (
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/arkorlab/arkor-go/shared/terminaltest"
)

// A program must not ask the terminal anything unless it asks the person: a
// terminal that does not answer would hold up every command for seconds.
func TestNothingIsAskedOfTheTerminal(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	s := p.run(nil, "--version")
	s.Ends(0)
	if got := string(s.Raw()); got != "0.0.0-dev\r\n" {
		t.Errorf("got %q", got)
	}
}

// L6, I3, App. C2 to C4: Anonymous is preselected, Enter takes it. An empty CI is
// none, and who started us is no reason not to ask.
func TestThePickerPreselectsAnonymous(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL, "CI=", "CLAUDECODE=1")
	s := p.run(nil, "login")
	s.Expect("┃ How would you like to sign in?")
	s.Expect("┃   OAuth (browser): Sign in to your account at " + c.URL)
	s.Expect("┃ > Anonymous: Throwaway token, no account")
	s.Press(enter)
	text := s.Ends(0)
	if _, last, _ := strings.Cut(text, "How would you like to sign in? Anonymous\n"); last != "Requesting anonymous token\n"+
		"Anonymous id: an_1\n"+
		"This id is how "+c.URL+" recognises this client across sessions. Keep `"+p.file()+"` to stay signed in as the same anonymous identity.\n"+
		"arkor: warning: Anonymous sessions aren't guaranteed to persist. Sign in with `arkor login --oauth` to tie future work to your account at "+c.URL+".\n"+
		"Signed in anonymously (personal org: anon-1f2e).\n" {
		t.Errorf("got %q", text)
	}
	if want := []string{"GET /v1/auth/cli/config", "POST /v1/auth/anonymous"}; !slices.Equal(c.asked(), want) {
		t.Errorf("asked %v", c.asked())
	}
	if !strings.Contains(p.stored(), `"anonymousId": "an_1"`) {
		t.Errorf("stored %s", p.stored())
	}
}

// I2: whoever leaves the question has done nothing.
func TestLeavingThePicker(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"Ctrl-C": ctrlC, "Escape": escape} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
			s := p.run(nil, "login")
			s.Expect("> Anonymous")
			s.Press(key)
			if text := s.Ends(130); !strings.HasSuffix(text, "arkor login: Cancelled by user\n") {
				t.Errorf("got %q", text)
			}
			if len(c.asked()) != 1 || p.stored() != "" {
				t.Errorf("asked %v, stored %s", c.asked(), p.stored())
			}
		})
	}
}

// J3: and the terminal is as it was, which end checks.
func TestASignalInThePicker(t *testing.T) {
	t.Parallel()
	for signal, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
			s := p.run(nil, "login")
			s.Expect("> Anonymous")
			s.Signal(signal)
			s.Ends(status)
			if len(c.asked()) != 1 || p.stored() != "" {
				t.Errorf("asked %v, stored %s", c.asked(), p.stored())
			}
		})
	}
}

// I1, App. C2: nobody is asked in CI, not even where there is a terminal;
// CI=false counts as CI.
func TestCINeverAsks(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"1", "false"} {
		c := newCloud(t)
		p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL, "CI="+value)
		text := p.run(nil, "login").Ends(0)
		if strings.Contains(text, "How would you like") || !strings.Contains(text, "Signed in anonymously") {
			t.Errorf("CI=%s: %q", value, text)
		}
	}
}

// I3: what somebody pipes on are results; the question is not among them. The
// two are terminals of their own here, since without one nobody is asked.
func TestQuestionsAreOnStderr(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	results, stdout := terminaltest.Open(t)
	s := p.run(stdout, "login")
	s.Expect("How would you like to sign in?")
	s.Expect("Anonymous")
	s.Press(enter)
	s.Ends(0)
	if got := results(); got != "Anonymous id: an_1\nSigned in anonymously (personal org: anon-1f2e).\n" {
		t.Errorf("stdout %q", got)
	}
}

var colored = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// I3: with NO_COLOR the cursor moves, but nothing is coloured, and what is
// chosen is still to be seen.
func TestNoColor(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	for _, test := range []struct {
		environ string
		colors  bool
	}{{"NO_COLOR=1", false}, {"NO_COLOR=", true}} {
		p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL, test.environ)
		s := p.run(nil, "login")
		s.Expect("> Anonymous")
		s.Press(enter)
		s.Ends(0)
		if got := colored.Match(s.Raw()); got != test.colors {
			t.Errorf("%s: login is coloured: %t\n%q", test.environ, got, s.Raw())
		}
		s = p.run(nil, "logout")
		s.Expect("  Yes   [ No ]")
		s.Press(right)
		s.Expect("[ Yes ]   No  ")
		s.Press(enter)
		s.Ends(0)
		if got := colored.Match(s.Raw()); got != test.colors {
			t.Errorf("%s: logout is coloured: %t\n%q", test.environ, got, s.Raw())
		}
	}
}
