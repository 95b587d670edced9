//go:build unix

package authcmd

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

var address = regexp.MustCompile(`Browser: (\S+)\n`)

// browserAddress is what the person is told to visit.
func (s *session) browserAddress() string {
	s.t.Helper()
	s.expect("Waiting for browser callback\n")
	s.mu.Lock()
	defer s.mu.Unlock()
	found := address.FindStringSubmatch(s.text())
	if found == nil {
		s.t.Fatalf("no address to visit:\n%s", s.text())
	}
	return found[1]
}

// callback is where the browser comes back to.
func (s *session) callback() *url.URL {
	s.t.Helper()
	visit, err := url.Parse(s.browserAddress())
	if err != nil {
		s.t.Fatal(err)
	}
	back, err := url.Parse(visit.Query().Get("redirect_uri"))
	if err != nil {
		s.t.Fatal(err)
	}
	return back
}

// visit signs in in the browser and returns the page that it ends on.
func (s *session) visit() string {
	s.t.Helper()
	res, err := http.Get(s.browserAddress())
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(page)
}

// signIn takes the way to an account.
func (p *person) signIn() *session {
	p.t.Helper()
	s := p.run(nil, "login", "--no-browser")
	s.expect("> Anonymous")
	s.press(up)
	s.expect("> OAuth (browser)")
	s.press(enter)
	return s
}

// J4, O11: the port is given up and the files are as they were.
func TestCtrlCWhileWaitingForTheBrowser(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	p.stores(anonymous)
	s := p.signIn()
	back := s.callback()
	s.press(ctrlC)
	if text := s.ends(130); !strings.HasSuffix(text, "Waiting for browser callback\n^C") || p.stored() != anonymous {
		t.Errorf("stored %q, got %q", p.stored(), text)
	}
	listener, err := net.Listen("tcp", back.Host)
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	listener.Close()
}

// J4: what holds up the orderly end does not hold up a person who insists.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	s := p.signIn()
	back := s.callback()
	// A browser that is in the middle of a request is given some time.
	browser, err := net.Dial("tcp", back.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	if _, err := io.WriteString(browser, "POST /callback HTTP/1.1\r\nHost: "+back.Host+"\r\nContent-Length: 9\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := browser.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGINT)
	for { // until the first signal was heard
		more, err := net.Dial("tcp", back.Host)
		if err != nil {
			break
		}
		more.Close()
	}
	s.signal(syscall.SIGINT)
	state, text := s.end()
	if status := state.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("%v:\n%s", state, text)
	}
}

// J4: the same while another device has the word.
func TestCtrlCWhileWaitingForADevice(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	p.stores(anonymous)
	s := p.run(nil, "login", "--device")
	s.expect("Visit " + c.provider.Issuer() + "/activate and enter the code ")
	s.expect("or visit " + c.provider.Issuer() + "/activate?user_code=")
	s.expect("Waiting for you to agree there (the code holds for 10 minutes)\n")
	s.press(ctrlC)
	if text := s.ends(130); !strings.HasSuffix(text, "^C") || p.stored() != anonymous {
		t.Errorf("stored %q, got %q", p.stored(), text)
	}
}
