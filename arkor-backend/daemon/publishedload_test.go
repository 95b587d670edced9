package daemon_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
)

// The requests in progress of one endpoint are bounded, and others are not kept
// from theirs.
func TestEndpointIsBusy(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.publishOpen("bot", baseTarget)
	b.publishOpen("cat", baseTarget)
	url := b.client.BaseURL + "/e/bot/v1/chat/completions"
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var clients sync.WaitGroup
	defer clients.Wait()
	for range 64 { // of which some are answered and some wait for their turn
		clients.Go(func() {
			// One is refused itself where askUntil has a place just then: it tries again.
			for status := http.StatusTooManyRequests; status == http.StatusTooManyRequests; {
				req, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(`{"messages":[{"role":"user","content":"hang"}],"stream":true}`))
				if err != nil {
					t.Error(err)
					return
				}
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					return
				}
				status = res.StatusCode
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
		})
	}
	a := b.askUntil(429)
	b.wantProblem(a, 429, "rate_limit_error", "too_many_requests")
	check(t, "1", a.Header.Get("Retry-After"))
	b.want(b.ask("GET", "/e/cat/v1/models", nil), 200, "")
	leave()
	b.askUntil(200) // the places come back with the clients that left
}

// askUntil asks the endpoint bot for its models until the answer has a status.
func (b *backend) askUntil(status int) answer {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if a := b.ask("GET", "/e/bot/v1/models", nil); a.StatusCode == status {
			return a
		}
	}
	b.t.Fatalf("no answer had the status %d", status)
	return answer{}
}

// begin sends a request and returns when its answer begins.
func begin(t *testing.T, ctx context.Context, url, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// A client that reads next to nothing is given up, whether its answer is
// streamed or not.
func TestSlowClientsAreGivenUp(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Write = time.Second })
	e := b.publishOpen("bot", baseTarget)
	address := strings.TrimPrefix(b.client.BaseURL, "http://")
	begin := func(stream string) *bufio.Reader {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		body := `{"messages":[{"role":"user","content":"fill"}],"stream":` + stream + `}`
		_, err = fmt.Fprintf(conn, "POST /e/bot/v1/chat/completions HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(conn)
		if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, "200") {
			t.Fatalf("%q, %v", line, err)
		}
		return lines
	}
	short := func(answer *bufio.Reader) {
		t.Helper()
		if n, err := io.Copy(io.Discard, answer); n > 7<<20 { // what was on its way
			t.Errorf("%d bytes came, %v", n, err)
		}
	}
	streamed := begin("true")
	check(t, []string{"cancelled"}, statuses(b.awaitRuns(e, 1)))
	short(streamed)
	b.want(b.ask("POST", "/e/bot/v1/chat/completions", toSay), 200, "")
	whole := begin("false")
	for b.do("POST", "/v1/backend/stop", `{"onlyIdle":true}`).StatusCode != 202 { // until nobody is served any more
		if t.Context().Err() != nil {
			t.Fatal("the client is waited for")
		}
	}
	short(whole)
}

// A body that never arrives keeps no place.
func TestBodyNeverArrives(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Body = time.Millisecond })
	b.publishOpen("bot", baseTarget)
	b.endpoint("keyed")
	address := strings.TrimPrefix(b.client.BaseURL, "http://")
	for slug, status := range map[string]string{"bot": "400", "keyed": "401", "unknown": "404"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(conn, "POST /e/%s/v1/chat/completions HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{", slug, address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(conn)
		if err != nil || !bytes.HasPrefix(got, []byte("HTTP/1.1 "+status)) {
			t.Errorf("%s: %s, %v", slug, got, err)
		}
		conn.Close()
	}
}
