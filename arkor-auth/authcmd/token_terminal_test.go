//go:build unix

package authcmd

import (
	"strings"
	"testing"
)

// A token can be typed where there is no file to take it from.
func TestTypingAToken(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	token := c.provider.Issue(map[string]any{"email": nil})
	s := p.run(nil, "login", "--with-token")
	s.Expect("Paste the token, which is not shown, and press Enter: ")
	s.Press(token + enter)
	s.Expect("\nSigned in\n") // nothing of it on the screen
	s.Expect("> acme/alpha")  // standard input can still be asked
	s.Press(enter)
	s.Ends(0)
	if !strings.Contains(p.stored(), token) || p.state() != state("alpha", "p_alpha") {
		t.Errorf("state %q, stored %q", p.state(), p.stored())
	}
}

// I2, J3: one Ctrl-C is enough while a command waits for its input.
func TestLeavingWithoutAToken(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	p.stores(anonymous)
	s := p.run(nil, "login", "--with-token")
	s.Expect("press Enter: ")
	s.Press(ctrlC)
	s.Ends(130)
	if len(c.asked()) != 0 || p.stored() != anonymous {
		t.Errorf("asked %v, stored %q", c.asked(), p.stored())
	}
}
