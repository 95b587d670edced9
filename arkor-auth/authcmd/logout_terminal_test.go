//go:build unix

package authcmd

import (
	"strings"
	"testing"
)

const (
	anonymous = `{"mode":"anon","token":"anon_t0k","anonymousId":"an_1","orgSlug":"anon-1f2e","arkorCloudApiUrl":"https://api.test"}`
	account   = `{"mode":"oauth","accessToken":"at.1.x","arkorCloudApiUrl":"https://api.test"}`
)

// X2, X3: No is preselected, and everything but a yes is a no.
func TestLogoutAsks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, keys string
		removed    bool
	}{
		{"Enter", enter, false},
		{"n", "n", false},
		{"to Yes and back", right + right + enter, false},
		{"y", "y", true},
		{"to Yes", right + enter, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t)
			p.stores(account)
			s := p.run(nil, "logout")
			s.Expect("Delete")
			s.Expect("[ No ]")
			s.Press(test.keys)
			text := s.Ends(0)
			want, left := "Delete "+p.file()+"? No\nAborted.\n", account
			if test.removed {
				want, left = "Delete "+p.file()+"? Yes\nRemoved "+p.file()+".\n", ""
			}
			if !strings.HasSuffix(text, want) || p.stored() != left {
				t.Errorf("stored %q, got %q", p.stored(), text)
			}
		})
	}
}

// X2, App. D1: what is lost for good is said in the question itself. A path is
// not broken where it could be whole.
func TestLogoutWarnsOfAnAnonymousIdentity(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.stores(anonymous)
	s := p.run(nil, "logout")
	s.Expect("┃ Anonymous credentials cannot be restored after logout. Deleting them")
	s.Expect("┃ permanently loses access to this anonymous identity. Delete")
	s.Expect("┃ " + p.home[:20])
	s.Expect("[ No ]")
	s.Press("y")
	text := s.Ends(0)
	const question = "Anonymous credentials cannot be restored after logout. Deleting them permanently loses access to this anonymous identity. Delete "
	if !strings.HasSuffix(text, question+p.file()+"? Yes\nRemoved "+p.file()+".\n") || p.stored() != "" {
		t.Errorf("stored %q, got %q", p.stored(), text)
	}
}

// I2: the file is kept.
func TestLeavingLogout(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.stores(account)
	for _, key := range []string{ctrlC, escape} {
		s := p.run(nil, "logout")
		s.Expect("[ No ]")
		s.Press(key)
		if text := s.Ends(130); !strings.HasSuffix(text, "arkor logout: Cancelled by user\n") || p.stored() != account {
			t.Errorf("stored %q, got %q", p.stored(), text)
		}
	}
}
