//go:build unix

package authcmd

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
)

const prompted = "Enter a number between 1 and 2 [2]: "

func plainPicker(address string) string {
	return "How would you like to sign in?\n" +
		"1. OAuth (browser): Sign in to your account at " + address + "\n" +
		"2. Anonymous: Throwaway token, no account\n"
}

// Screen readers, and terminals that cannot redraw, get lines and give lines.
func TestPlainPicker(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ environ, keys, echo string }{
		{"TERM=dumb", "\n", "\n"},
		{"ACCESSIBLE=1", "2\n", "2\n"},
		{"ACCESSIBLE=1", "7\n2\n", "7\n" + prompted + "2\n"},
		{"ACCESSIBLE=1", "Anonymous\n\n", "Anonymous\n" + prompted + "\n"},
	} {
		c := newCloud(t)
		p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL, test.environ)
		s := p.run(nil, "login")
		s.Expect(plainPicker(c.URL))
		for line := range strings.Lines(test.keys) {
			s.Expect(prompted)
			s.Press(line)
		}
		text := s.Ends(0)
		if !strings.HasPrefix(text, plainPicker(c.URL)+prompted+test.echo+"Requesting anonymous token\n") || bytes.ContainsRune(s.Raw(), 0x1b) {
			t.Errorf("%s, %q: got %q", test.environ, test.keys, s.Raw())
		}
	}
}

func TestPlainLogout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		answer  string
		removed bool
	}{{"y", true}, {"YES", true}, {"n", false}, {"", false}} {
		p := newPerson(t, "ACCESSIBLE=1")
		p.stores(account)
		s := p.run(nil, "logout")
		question := "Delete " + p.file() + "? [y/N]: "
		s.Expect(question)
		s.Press("maybe\n")
		s.Expect(question)
		s.Press(test.answer + "\n")
		text := s.Ends(0)
		want, left := question+test.answer+"\nAborted.\n", account
		if test.removed {
			want, left = question+test.answer+"\nRemoved "+p.file()+".\n", ""
		}
		if !strings.HasSuffix(text, want) || p.stored() != left {
			t.Errorf("%q: stored %q, got %q", test.answer, p.stored(), text)
		}
	}
}

// I2: Ctrl-D answers nothing, so the preselected answer is not taken either.
// Ctrl-C is a signal here.
func TestLeavingAPlainQuestion(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	for _, test := range []struct {
		name, keys string
		signal     syscall.Signal
		status     int
		last       string
	}{
		{"Ctrl-D", ctrlD, 0, 130, "\narkor login: Cancelled by user\n"},
		{"Ctrl-C", ctrlC, 0, 130, prompted + "^C\n"},
		{"SIGTERM", "", syscall.SIGTERM, 143, prompted + "\n"},
	} {
		p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL, "ACCESSIBLE=1")
		s := p.run(nil, "login")
		s.Expect(prompted)
		if test.signal != 0 {
			s.Signal(test.signal)
		} else {
			s.Press(test.keys)
		}
		if text := s.Ends(test.status); !strings.HasSuffix(text, test.last) || p.stored() != "" {
			t.Errorf("%s: stored %q, got %q", test.name, p.stored(), text)
		}
	}
}
