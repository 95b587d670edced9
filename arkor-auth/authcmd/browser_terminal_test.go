//go:build unix

package authcmd

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/porttest"
)

var address = regexp.MustCompile(`Browser: (\S+)\n`)

// browserAddress is what the person is told to visit.
func (s *session) browserAddress() string {
	s.t.Helper()
	s.Expect("Waiting for browser callback\n")
	found := address.FindStringSubmatch(s.Text())
	if found == nil {
		s.t.Fatalf("no address to visit:\n%s", s.Text())
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
	s.Expect("> Anonymous")
	s.Press(up)
	s.Expect("> OAuth (browser)")
	s.Press(enter)
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
	s.Press(ctrlC)
	if text := s.Ends(130); !strings.HasSuffix(text, "Waiting for browser callback\n^C") || p.stored() != anonymous {
		t.Errorf("stored %q, got %q", p.stored(), text)
	}
	if conn, err := net.Dial("tcp", back.Host); err == nil {
		conn.Close()
		t.Error("the port is still taken")
	}
}

// J4: what holds up the orderly end, here an output that nobody reads, does not
// hold up a person who insists. SIGINT would do, too, but is ignored by what a
// shell starts in the background.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	port, release, err := porttest.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	c := newCloud(t)
	c.ports = []int{port}
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{
		Path: self, Args: []string{"arkor-auth", "login", "--oauth", "--no-browser"}, Dir: p.dir, Env: p.environ, Stderr: fullPipe(t),
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // the state says it all
	}()
	timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	listens := false
	// As a person presses: a flood of signals is another matter, for the runtime too.
	for over := false; !over; time.Sleep(10 * time.Millisecond) {
		if listens { // and is about to say where
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended meanwhile
		} else if res, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d", port)); err == nil {
			res.Body.Close()
			listens = res.Header.Get("Content-Security-Policy") != "" // nobody else has one
		}
		select {
		case <-ended:
			over = true
		default:
		}
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("%v", cmd.ProcessState)
	}
}

// fullPipe is a pipe that takes nothing more.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	raw, err := write.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var full error
	err = raw.Write(func(fd uintptr) bool { // which does not wait
		for full == nil {
			_, full = syscall.Write(int(fd), make([]byte, 4096))
		}
		return true
	})
	if err != nil || !errors.Is(full, syscall.EAGAIN) {
		t.Fatal(err, full)
	}
	return write
}

// J4: the same while another device has the word.
func TestCtrlCWhileWaitingForADevice(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	p := newPerson(t, "ARKOR_CLOUD_API_URL="+c.URL)
	p.stores(anonymous)
	s := p.run(nil, "login", "--device")
	s.Expect("Visit " + c.provider.Issuer() + "/activate and enter the code ")
	s.Expect("or visit " + c.provider.Issuer() + "/activate?user_code=")
	s.Expect("Waiting for you to agree there (the code holds for 10 minutes)\n")
	s.Press(ctrlC)
	if text := s.Ends(130); !strings.HasSuffix(text, "^C") || p.stored() != anonymous {
		t.Errorf("stored %q, got %q", p.stored(), text)
	}
}
