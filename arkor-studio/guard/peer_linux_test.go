package guard

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// asker is what a child of the test does in the place of another user's browser.
func TestMain(m *testing.M) {
	if url := os.Getenv("ARKOR_TEST_ASK"); url != "" {
		res, err := http.Get(url)
		if err != nil {
			os.Exit(3)
		}
		_, _ = io.Copy(os.Stdout, res.Body)
		os.Exit(res.StatusCode / 100)
	}
	os.Exit(m.Run())
}

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0000000000000000 100 0 0 10 0
   1: 0100007F:0FA0 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0000000000000000 20 4 30 10 -1
  12: 0100007F:C350 0100007F:0FA0 01 00000000:00000000 02:000A8C1D 00000000  1001        0 3 2 0000000000000000 20 4 30 10 -1
  13: 0100007F:C351 0100007F:0FA0 01
`

func TestSearch(t *testing.T) {
	t.Parallel()
	here, there := netip.MustParseAddrPort("127.0.0.1:4000"), netip.MustParseAddrPort("127.0.0.1:50000")
	for _, c := range []struct {
		columns string
		uid     int
		found   bool
	}{
		{"0100007F:C350 0100007F:0FA0", 1001, true}, {"0100007F:0FA0 0100007F:C350", 1000, true},
		{"0100007F:C351 0100007F:0FA0", 0, false}, {"0100007F:C352 0100007F:0FA0", 0, false}, {"", 0, false},
	} {
		if uid, found := search(strings.NewReader(table), c.columns); uid != c.uid || found != c.found {
			t.Errorf("%q: %d %v", c.columns, uid, found)
		}
	}
	if little := columns(there, here, false); little != "0100007F:C350 0100007F:0FA0" && little != "7F000001:C350 7F000001:0FA0" {
		t.Error(little)
	}
	if mapped := columns(there, here, true); !strings.Contains(mapped, "FFFF") || len(mapped) != 2*(32+5)+1 {
		t.Error(mapped)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add(table)
	f.Add("\x00: 0100007F:C350 0100007F:0FA0 ")
	f.Fuzz(func(t *testing.T, text string) {
		if uid, found := search(strings.NewReader(text), "0100007F:C350 0100007F:0FA0"); found && !strings.Contains(text, "0100007F:C350") || !found && uid != 0 {
			t.Errorf("%q: %d %v", text, uid, found)
		}
	})
}

// Whoever else has an account here gets nothing, and is told why. Root and the
// user are let in.
func TestForeigners(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	launch := NewLaunch(listener.Addr().(*net.TCPAddr).Port)
	g, err := New(launch, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "the page") }))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: g, ConnContext: Connected}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	url := "http://" + listener.Addr().String()
	ask := func(path string, as *syscall.Credential) (status int, body string) {
		t.Helper()
		cmd := exec.CommandContext(context.Background(), "/proc/self/exe")
		cmd.Env = []string{"ARKOR_TEST_ASK=" + url + path}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		out, _ := cmd.Output()
		return cmd.ProcessState.ExitCode(), string(out)
	}
	if status, body := ask("/", nil); status != 2 || body != "the page" {
		t.Errorf("ourselves: %d %s", status, body)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	nobody := &syscall.Credential{Uid: 65534, Gid: 65534}
	if status, body := ask("/", nobody); status != 4 || body != "This Studio belongs to another user of this machine" {
		t.Errorf("somebody else: %d %s", status, body)
	}
	if status, body := ask("/api/jobs", nobody); status != 4 || body != `{"error":"This Studio belongs to another user of this machine","code":"other_user"}` {
		t.Errorf("somebody else: %d %s", status, body)
	}
}
