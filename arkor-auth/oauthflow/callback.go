package oauthflow

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// closeTimeout is what the last page may take to reach the browser.
const closeTimeout = 2 * time.Second

// Callback is the loopback address to which a provider sends the browser back.
type Callback struct {
	listener net.Listener
	server   *http.Server
	served   chan struct{}
	state    string
	ignored  func() // called for a callback that is not of this sign-in

	mu      sync.Mutex
	reserve map[net.Conn]bool // connections on which nothing was asked yet

	once    sync.Once
	arrived chan arrival
	done    chan struct{} // closed when outcome is known
	outcome error
}

type arrival struct {
	code string
	err  error
}

// Listen waits for the callback of r on the first of ports that is free; 0 is
// any. ignored is called when a request without r's state comes in: it is
// answered and changes nothing, since any page in the browser can send one.
func Listen(ctx context.Context, ports []int, r Request, ignored func()) (*Callback, error) {
	err := errors.New("it advertises none")
	var names []string
	for _, port := range ports {
		var listener net.Listener
		listener, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return serve(listener, r.State, ignored), nil
		}
		names = append(names, strconv.Itoa(port))
	}
	return nil, fmt.Errorf("Unable to bind any of the loopback ports %s. The Auth0 Application must list at least one of these as an Allowed Callback URL: %w",
		strings.Join(names, ", "), err)
}

func serve(listener net.Listener, state string, ignored func()) *Callback {
	c := &Callback{
		listener: listener, state: state, ignored: ignored,
		served: make(chan struct{}), reserve: map[net.Conn]bool{}, arrived: make(chan arrival, 1), done: make(chan struct{}),
	}
	c.server = &http.Server{
		Handler: c, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10,
		DisableGeneralOptionsHandler: true, ConnState: c.track,
	}
	c.server.SetKeepAlivesEnabled(false) // an idle connection of the browser must not keep us
	go func() {
		defer close(c.served)
		_ = c.server.Serve(listener) // ends with Close
	}()
	return c
}

// RedirectURI is what the provider is told.
func (c *Callback) RedirectURI() string {
	return fmt.Sprintf("http://127.0.0.1:%d/callback", c.listener.Addr().(*net.TCPAddr).Port)
}

// Wait returns the authorization code. The browser shows nothing until Finish
// says how it went.
func (c *Callback) Wait(ctx context.Context) (code string, err error) {
	select {
	case a := <-c.arrived:
		return a.code, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Close tells the waiting browser how the sign-in ended and gives up the port.
func (c *Callback) Close(outcome error) {
	c.outcome = outcome
	close(c.done)
	if c.shutdown() != nil {
		c.server.Close()
	}
	<-c.served
}

// shutdown waits for the pages that are on their way. Browsers keep connections
// in reserve; the server would wait for what is asked on them.
func (c *Callback) shutdown() error {
	c.mu.Lock()
	for conn := range c.reserve {
		conn.Close()
	}
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return c.server.Shutdown(ctx)
}

func (c *Callback) track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state == http.StateNew {
		c.reserve[conn] = true
	} else {
		delete(c.reserve, conn)
	}
}

// ServeHTTP answers the browser.
func (c *Callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	if r.URL.Path != "/callback" {
		text(w, http.StatusNotFound, "Not found")
		return
	}
	if r.Method == http.MethodHead { // whoever only looks whether the page is there
		text(w, http.StatusMethodNotAllowed, "")
		return
	}
	query := r.URL.Query()
	state, code, failure := query.Get("state"), query.Get("code"), query.Get("error")
	ours := subtle.ConstantTimeCompare([]byte(state), []byte(c.state)) == 1
	switch {
	case state == "" && failure == "":
		text(w, http.StatusBadRequest, "Missing code/state")
	case !ours:
		text(w, http.StatusBadRequest, stateMismatch)
	default:
		c.first(w, code, failure, query.Get("error_description"))
		return
	}
	c.ignored()
}

const stateMismatch = "State mismatch. Aborting to prevent CSRF."

// first takes the one callback that counts.
func (c *Callback) first(w http.ResponseWriter, code, failure, description string) {
	isFirst := false
	c.once.Do(func() { isFirst = true })
	switch {
	case !isFirst:
		text(w, http.StatusGone, "This sign-in is over. Return to the terminal.")
	case failure != "":
		message := "Authentication failed: " + failure
		if description != "" {
			message += ". " + description
		}
		c.arrived <- arrival{err: errors.New(cut(cli.OneLine(message), maxShown))}
		text(w, http.StatusBadRequest, message)
	case code == "":
		c.arrived <- arrival{err: errors.New("Missing code/state in callback")}
		text(w, http.StatusBadRequest, "Missing code/state")
	default:
		c.arrived <- arrival{code: code}
		<-c.done // Close is always called
		if c.outcome != nil {
			page(w, http.StatusBadGateway, "Sign-in failed", c.outcome.Error()+". Return to the terminal.")
			return
		}
		page(w, http.StatusOK, "Signed in to arkor", "You can close this tab and return to the terminal.")
	}
}

func text(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, message)
}

func page(w http.ResponseWriter, status int, heading, message string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>arkor CLI</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto 0; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
p { margin: 0; overflow-wrap: anywhere; }
</style>
<h1>%s</h1>
<p>%s</p>
</html>
`, html.EscapeString(heading), html.EscapeString(message))
}
