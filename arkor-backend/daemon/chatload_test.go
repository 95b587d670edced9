package daemon_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
)

// raw sends a chat on a connection of its own, whose answer nobody reads yet.
func (b *backend) raw(body string) net.Conn {
	b.t.Helper()
	host := strings.TrimPrefix(b.client.BaseURL, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nX-Arkor-Client: arkor/1.2.3\r\nContent-Length: %d\r\n\r\n%s",
		inDemo("/v1/inference/chat"), host, b.client.Token, len(body), body)
	return conn
}

// A client that hardly reads does not slow others down.
func TestChatWithASlowClient(t *testing.T) {
	t.Parallel()
	b := start(t)
	slow := b.raw(say("flood", base))
	if _, err := io.ReadFull(slow, make([]byte, 1)); err != nil { // its answer has begun
		t.Fatal(err)
	}
	for range 3 {
		b.want(b.chat(say("quick", base+`,"stream":false`)), 200, "")
	}
}

// What is in progress when the backend leaves is told so in its stream.
func TestChatEndsWithTheBackend(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Chat.Finish = time.Millisecond })
	conn := b.raw(say("hang", base))
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body := bufio.NewReader(res.Body)
	if line, err := body.ReadString('\n'); err != nil || !strings.Contains(line, "hanging") {
		t.Fatalf("the answer begins with %q, %v", line, err)
	}
	b.close()
	rest, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(rest); !strings.Contains(text, "event: error\ndata: {\"code\":\"busy\",\"error\":\"the backend is stopping;") || strings.Contains(text, "[DONE]") {
		t.Errorf("the answer ends with %q", text)
	}
}

// More chats than a model answers at once wait, up to a limit; then they are
// asked to come back.
func TestChatsBeyondTheLimit(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *daemon.Options) { o.Chat.MaxActive, o.Chat.MaxWaiting, o.Chat.Wait = 1, 1, 5*time.Second })
	stop, hanging := hang(t, b)
	a := b.chat(say("waits", base))
	b.want(a, 503, "busy")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	stop()
	<-hanging
	b.want(b.chat(say("next", base)), 200, "")
}
