//go:build unix

package authcmd

import (
	"fmt"
	"strings"
	"testing"
)

func state(slug, id string) string {
	return "{\n  \"orgSlug\": \"acme\",\n  \"projectSlug\": \"" + slug + "\",\n  \"projectId\": \"" + id + "\"\n}\n"
}

// L6, O5, O10, S6: an account, and then the project of the directory.
func TestSignInAndChooseAProject(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, keys, answer, slug, state string
	}{
		{"the first", enter, "acme/alpha", "alpha", state("alpha", "p_alpha")},
		{"another", down + enter, "acme/beta", "beta", state("beta", "p_beta")},
		{"a new one", down + down + enter, "Create acme/support-bot", "support-bot", state("support-bot", "p_new")},
		{"none", up + enter, "None of these", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
			s := p.signIn()
			if page := s.visit(); !strings.Contains(page, "<h1>Signed in to arkor</h1>") {
				t.Errorf("the browser shows %s", page)
			}
			s.Expect("Signed in\n")
			s.Expect("┃ Which project does this directory belong to?")
			s.Expect("┃ > acme/alpha")
			s.Expect("┃   acme/beta")
			s.Expect("┃   Create acme/support-bot")
			s.Expect("┃   None of these: write .arkor/state.json later")
			s.Press(test.keys)
			text := s.Ends(0)
			want := "Which project does this directory belong to? " + test.answer + "\n"
			if test.slug != "" {
				want += "Wrote .arkor/state.json: this directory belongs to acme/" + test.slug + ".\n"
			}
			if !strings.HasSuffix(text, want) || p.state() != test.state {
				t.Errorf("state %q, got %q", p.state(), text)
			}
			for _, secret := range c.provider.Secrets() {
				if strings.Contains(text, secret) {
					t.Error("a secret is on the screen")
				}
			}
			if !strings.Contains(p.stored(), `"mode": "oauth"`) {
				t.Errorf("stored %s", p.stored())
			}
		})
	}
}

// Who leaves the second question has answered the first one all the same.
func TestLeavingTheProjects(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	s := p.signIn()
	s.visit()
	s.Expect("> acme/alpha")
	s.Press(escape)
	text := s.Ends(130)
	if !strings.HasSuffix(text, "arkor login: Cancelled by user\n") || !strings.Contains(text, "\nSigned in\n") || p.state() != "" {
		t.Errorf("state %q, got %q", p.state(), text)
	}
	if !strings.Contains(p.stored(), `"mode": "oauth"`) {
		t.Errorf("stored %s", p.stored())
	}
}

// The project with the directory's name is the likely one and comes first. A
// list that is longer than the terminal is shown in part, and can be searched.
func TestManyProjects(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.projects = nil
	for i := range 40 {
		c.projects = append(c.projects, fmt.Sprintf("bot-%d", i))
	}
	c.projects = append(c.projects, "support-bot", "zeta")
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	s := p.signIn()
	s.visit()
	s.Expect("┃ > acme/support-bot")
	s.Expect("┃   acme/bot-0 ")
	s.Expect("/ filter")
	s.Press("/")
	s.Expect("┃ /")
	s.Press("29")
	s.Expect("┃ > acme/bot-29")
	s.Press(enter)
	text := s.Ends(0)
	if p.state() != state("bot-29", "p_bot-29") || strings.Contains(text, "bot-14") || strings.Contains(text, "Create") {
		t.Errorf("state %q, got %q", p.state(), text)
	}
}
