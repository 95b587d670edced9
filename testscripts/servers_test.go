package testscripts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// providerKey is where a script's OpenID provider is kept.
type providerKey struct{}

// provider starts an OpenID provider, whose address is then in ISSUER, and
// tells it how to behave from now on:
//
//	provider
//	provider token=html expires=30s no-rotation
//	provider count refresh_token 1
//	provider paths 'GET /authorize' 'POST /oauth/token'
func provider(ts *testscript.TestScript, neg bool, args []string) {
	p, ok := ts.Value(providerKey{}).(*holder)
	if neg || !ok {
		ts.Fatalf("usage: provider [BEHAVIOUR...] | count GRANT N | paths REQUEST...")
	}
	if p.provider == nil {
		p.provider = openidtest.Start()
		ts.Defer(p.provider.Close)
		ts.Setenv("ISSUER", p.provider.Issuer())
		ts.Setenv("CLIENT_ID", openidtest.ClientID)
		ts.Setenv("AUDIENCE", openidtest.Audience)
	}
	if len(args) == 3 && args[0] == "count" {
		if got := fmt.Sprint(p.provider.Count(args[1])); got != args[2] {
			ts.Fatalf("%s requests with grant type %s, want %s", got, args[1], args[2])
		}
		return
	}
	if len(args) > 1 && args[0] == "paths" {
		var got []string
		for _, r := range p.provider.Requests() {
			got = append(got, r.Method+" "+r.Path)
		}
		if !slices.Equal(got, args[1:]) {
			ts.Fatalf("the provider was asked %q, want %q", got, args[1:])
		}
		return
	}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		p.provider.Behave(func(b *openidtest.Behaviour) { behave(ts, b, name, value) })
	}
}

type holder struct{ provider *openidtest.Provider }

func behave(ts *testscript.TestScript, b *openidtest.Behaviour, name, value string) {
	duration := func() time.Duration {
		d, err := time.ParseDuration(value)
		ts.Check(err)
		return d
	}
	switch name {
	case "good":
		*b = openidtest.Behaviour{}
	case "deny":
		b.Deny, b.DenyDescription = "access_denied", value
	case "wrong-state":
		b.WrongState = true
	case "token":
		b.Token = value
	case "no-refresh-token":
		b.NoRefreshToken = true
	case "no-expires-in":
		b.NoExpiresIn = true
	case "no-rotation":
		b.NoRotation = true
	case "refuse-refresh":
		b.RefuseRefresh = true
	case "no-device":
		b.DeviceUnsupported = true
	case "expires":
		b.ExpiresIn = duration()
	case "clock":
		b.ClockOffset = duration()
	default:
		ts.Fatalf("no behaviour %s", name)
	}
}

// browse does what a browser would: it visits an address, follows redirects and
// keeps the last page.
//
//	browse $URL page.html
//	browse $URL page.html 502
func browse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: browse URL FILE [STATUS]")
	}
	client := &http.Client{Timeout: patience}
	res, err := client.Get(args[0])
	ts.Check(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), body, 0o600))
	want := "200"
	if len(args) == 3 {
		want = args[2]
	}
	if got := fmt.Sprint(res.StatusCode); got != want {
		ts.Fatalf("the page came with status %s, want %s", got, want)
	}
}

// reply is one line of a file for canned.
type reply struct {
	On     string            `json:"on"` // method and path
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   json.RawMessage   `json:"body"` // a text is sent as it is, anything else as JSON
	Hang   bool              `json:"hang"` // the answer never comes
}

// canned serves the replies of a file, one JSON object a line, and puts its
// address into a variable, and its port into <variable>_PORT. Several replies to one request are given one after
// the other; the last one stays. Requests are logged as lines of "<variable>.log":
// method, path and query, and the Authorization header. What else a request of
// the cloud API says is in "<variable>.asked": X-Arkor-Client, method, path and
// body. $NAME in the file is replaced by the script's variable.
//
//	canned API replies.jsonl
func canned(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: canned VARIABLE FILE")
	}
	replies := map[string][]reply{}
	lines := bufio.NewScanner(strings.NewReader(os.Expand(ts.ReadFile(args[1]), ts.Getenv)))
	for lines.Scan() {
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
			var r reply
			ts.Check(json.Unmarshal(line, &r))
			replies[r.On] = append(replies[r.On], r)
		}
	}
	open := func(name string) *os.File {
		file, err := os.OpenFile(ts.MkAbs(name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		ts.Check(err)
		return file
	}
	log, asked := open(args[0]+".log"), open(args[0]+".asked")
	var mu sync.Mutex
	gone := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		fmt.Fprintf(log, "%s %s %s\n", r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"))
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(asked, "%s %s %s %s\n", r.Header.Get("X-Arkor-Client"), r.Method, r.URL.Path, body)
		}
		key := r.Method + " " + r.URL.Path
		queue := replies[key]
		if len(queue) > 1 {
			replies[key] = queue[1:]
		}
		mu.Unlock()
		if len(queue) == 0 {
			http.Error(w, `{"error":"Not found"}`, http.StatusNotFound)
			return
		}
		answer(w, r, queue[0], gone)
	}))
	ts.Setenv(args[0], server.URL)
	ts.Setenv(args[0]+"_PORT", server.URL[strings.LastIndexByte(server.URL, ':')+1:])
	ts.Defer(func() { close(gone); server.CloseClientConnections(); server.Close(); log.Close(); asked.Close() })
}

func answer(w http.ResponseWriter, r *http.Request, reply reply, gone <-chan struct{}) {
	if reply.Hang {
		select {
		case <-gone:
		case <-r.Context().Done():
		}
		return
	}
	for name, value := range reply.Header {
		w.Header().Set(name, value)
	}
	body := []byte(reply.Body)
	var text string
	if json.Unmarshal(body, &text) == nil {
		body = []byte(text)
	} else {
		w.Header().Set("Content-Type", "application/json")
	}
	if reply.Status != 0 {
		w.WriteHeader(reply.Status)
	}
	_, _ = w.Write(body)
}
