package cloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/vectortest"
)

type chunks struct {
	Chunks [][]byte `json:"chunks"` // base64 in the file
}

// body gives one chunk per read.
func (c chunks) body() io.ReadCloser {
	var readers []io.Reader
	for _, chunk := range c.Chunks {
		readers = append(readers, bytes.NewReader(chunk))
	}
	return io.NopCloser(io.MultiReader(readers...))
}

type vectorFrame struct {
	Event string `json:"event"`
	Data  string `json:"data"`
	ID    string `json:"id"`
}

func TestStreamVectors(t *testing.T) {
	t.Parallel()
	type out struct {
		Frames   []vectorFrame `json:"frames"`
		ResumeID string        `json:"resumeId"`
	}
	for _, v := range vectortest.Read[chunks, out](t, "sse-frames.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			for name, body := range map[string]io.Reader{"chunks": v.In.body(), "bytes": iotest.OneByteReader(v.In.body())} {
				got := out{Frames: []vectorFrame{}}
				stream := NewStream(io.NopCloser(body))
				for {
					frame, err := stream.Next()
					if err != nil {
						if !errors.Is(err, io.EOF) {
							t.Errorf("%s: %v", name, err)
						}
						break
					}
					got.Frames = append(got.Frames, vectorFrame{Event: strings.TrimPrefix(frame.Event, "message"), Data: frame.Data})
					got.ResumeID = frame.ID
				}
				want := out{Frames: []vectorFrame{}, ResumeID: v.Out.ResumeID}
				for _, f := range v.Out.Frames {
					// The file has each frame's own id, a Frame the one in force.
					want.Frames = append(want.Frames, vectorFrame{Event: f.Event, Data: f.Data})
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

func TestErrorBodyVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Status      int    `json:"status"`
		ContentType string `json:"contentType"`
		Body        string `json:"body"`
		UserAgent   string `json:"userAgent"` // of the package manager
		Program     string `json:"program"`
	}
	type out struct {
		Message string `json:"message"`
		Code    string `json:"code"` // the SDK's own words included; Go has the server's only
	}
	for _, v := range vectortest.Read[in, out](t, "error-body.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			res := &http.Response{StatusCode: v.In.Status, Body: io.NopCloser(strings.NewReader(v.In.Body))}
			env := cli.Env{Program: v.In.Program, Environ: []string{"npm_config_user_agent=" + v.In.UserAgent}}
			if got := ReadError(res, cli.UpgradeCommand(env)).Message; got != v.Out.Message {
				t.Errorf("%q, want %q", got, v.Out.Message)
			}
		})
	}
}

func TestDeprecationVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Headers map[string]string `json:"headers"`
	}
	type notice struct {
		Message string  `json:"message"`
		Sunset  *string `json:"sunset"`
	}
	type out struct {
		Notice *notice `json:"notice"`
	}
	for _, v := range vectortest.Read[in, out](t, "deprecation.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for key, value := range v.In.Headers {
				header.Set(key, value)
			}
			var got out
			if d, ok := ParseDeprecation(header, "<version>"); ok {
				got.Notice = &notice{Message: d.Message}
				if d.Sunset != "" {
					got.Notice.Sunset = &d.Sunset
				}
			}
			if diff := cmp.Diff(v.Out, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// callVector is a method of the SDK's client and its arguments in that order.
type callVector struct {
	Call string            `json:"call"`
	Args []json.RawMessage `json:"args"`
}

// sdkOnly are the calls that no program of ours makes.
var sdkOnly = [...]string{"hasDataset"}

// do makes the call and returns what its answer became. It reports false for a
// call that this client does not have.
func (v callVector) do(t *testing.T, client *Client) (answer any, err error, ok bool) {
	ctx := t.Context()
	arg := func(i int, into any) {
		if err := json.Unmarshal(v.Args[i], into); err != nil {
			t.Fatal(err)
		}
	}
	var id string
	var scope Scope
	var named struct {
		OrgSlug, ProjectSlug, Name, Slug string
		Config                           json.RawMessage
		IdempotencyKey                   string
		LastEventID                      string `json:"lastEventId"`
		Scope                            Scope
		Body                             ChatRequest
	}
	switch v.Call {
	case "requestAnonymousToken":
		answer, err = client.Anonymous(ctx)
	case "listProjects":
		arg(0, &id)
		var projects []Project
		projects, err = client.Projects(ctx, id)
		answer = map[string]any{"projects": projects}
	case "createProject":
		arg(0, &named)
		var project Project
		project, err = client.CreateProject(ctx, named.OrgSlug, named.Name, named.Slug)
		answer = map[string]any{"project": project}
	case "createJob":
		if arg(0, &named); len(v.Args) > 1 {
			return nil, nil, false // with a key
		}
		var job Job
		job, err = client.CreateJob(ctx, Scope{named.OrgSlug, named.ProjectSlug}, named.Name, named.Config)
		answer = map[string]any{"job": job}
	case "getJob":
		arg(0, &id)
		arg(1, &scope)
		var job Job
		job, err = client.Job(ctx, scope, id)
		answer = map[string]any{"job": job}
	case "cancelJob":
		arg(0, &id)
		arg(1, &scope)
		err = client.CancelJob(ctx, scope, id)
	case "openEventStream":
		arg(0, &id)
		arg(1, &scope)
		if len(v.Args) > 2 {
			arg(2, &named)
		}
		_, err = client.Events(ctx, scope, id, named.LastEventID)
	case "chat":
		arg(0, &named)
		err = client.Chat(ctx, named.Scope, named.Body, func(string) error { return nil })
	case "listModels":
		answer, err = client.Models(ctx)
	default:
		if strings.Contains(v.Call, "Deployment") {
			return v.deployment(t, client)
		}
		if !slices.Contains(sdkOnly[:], v.Call) {
			t.Errorf("no such call: %s", v.Call)
		}
		return nil, nil, false
	}
	return answer, err, true
}

// deployment is do of the calls about endpoints. Each is told the id of an
// endpoint where it needs one, then the scope and what it sends, in this order
// but for the key that is revoked.
func (v callVector) deployment(t *testing.T, client *Client) (answer any, err error, ok bool) {
	ctx := t.Context()
	var id, keyID string
	var scope Scope
	var fields EndpointFields
	var key struct{ Label string }
	into := []any{&id, &scope}
	switch v.Call {
	case "listDeployments":
		into = []any{&scope}
	case "createDeployment":
		into = []any{&scope, &fields}
	case "updateDeployment":
		into = append(into, &fields)
	case "createDeploymentKey":
		into = append(into, &key)
	case "revokeDeploymentKey":
		into = []any{&id, &keyID, &scope}
	}
	for i, raw := range v.Args {
		if err := json.Unmarshal(raw, into[i]); err != nil {
			t.Fatal(err)
		}
	}
	envelope := func(name string, value any) { answer = map[string]any{name: value} }
	var e Endpoint
	switch v.Call {
	case "listDeployments":
		var all []Endpoint
		all, err = client.Endpoints(ctx, scope)
		envelope("deployments", all)
		return answer, err, true
	case "getDeployment":
		e, err = client.endpoint(ctx, http.MethodGet, endpointPath(id), scope, nil) // which commands find in the list
	case "createDeployment":
		e, err = client.CreateEndpoint(ctx, scope, fields)
	case "updateDeployment":
		e, err = client.ChangeEndpoint(ctx, scope, id, fields)
	case "deleteDeployment":
		return nil, client.DeleteEndpoint(ctx, scope, id), true
	case "listDeploymentKeys":
		var keys []EndpointKey
		keys, err = client.EndpointKeys(ctx, scope, id)
		envelope("keys", keys)
		return answer, err, true
	case "createDeploymentKey":
		var made NewEndpointKey
		made, err = client.CreateEndpointKey(ctx, scope, id, key.Label)
		envelope("key", made)
		return answer, err, true
	case "revokeDeploymentKey":
		return nil, client.RevokeEndpointKey(ctx, scope, id, keyID), true
	default:
		t.Errorf("no such call: %s", v.Call)
	}
	envelope("deployment", e)
	return answer, err, true
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	type request struct {
		Method  string            `json:"method"`
		Path    []string          `json:"path"` // decoded segments
		Query   map[string]string `json:"query"`
		Headers map[string]string `json:"headers"` // those of telling that are there
		Body    any               `json:"body"`
	}
	telling := [...]string{"Accept", "Authorization", "Content-Type", "Idempotency-Key", "Last-Event-Id"}
	for _, v := range vectortest.Read[callVector, request](t, "requests.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			got := request{Query: map[string]string{}, Headers: map[string]string{}}
			client := &Client{BaseURL: "http://x", Token: "t0", Version: "1.2.3", HTTP: &http.Client{Transport: transport(func(r *http.Request) *http.Response {
				got.Method = r.Method
				for segment := range strings.SplitSeq(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/") {
					text, err := url.PathUnescape(segment)
					if err != nil {
						t.Error(err)
					}
					got.Path = append(got.Path, text)
				}
				for key, values := range r.URL.Query() {
					got.Query[key] = values[0]
				}
				for _, key := range telling {
					if value := r.Header.Get(key); value != "" {
						got.Headers[key] = value
					}
				}
				if r.Header.Get("X-Arkor-Client") != "arkor/1.2.3" {
					t.Error("the client does not say who it is")
				}
				if r.Body != nil {
					if err := json.NewDecoder(r.Body).Decode(&got.Body); err != nil {
						t.Error(err)
					}
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}
			})}}
			if _, _, ok := v.In.do(t, client); !ok {
				t.Skip("only the SDK makes this request")
			}
			want := v.Out
			want.Headers = map[string]string{}
			for key, value := range v.Out.Headers {
				want.Headers[http.CanonicalHeaderKey(key)] = value
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// transport answers requests without a network.
type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Call string          `json:"call"`
		Body json.RawMessage `json:"body"`
	}
	type out struct {
		Value   any    `json:"value"`
		Problem string `json:"problem"`
	}
	args := map[string]string{
		"getJob": `["x", {}]`, "createJob": `[{"name":"n"}]`, "listProjects": `["acme"]`, "createProject": `[{"name":"n","slug":"s"}]`,
	}
	for _, v := range vectortest.Read[in, out](t, "responses.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			client := &Client{BaseURL: "http://x", HTTP: &http.Client{Transport: transport(func(*http.Request) *http.Response {
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(v.In.Body))}
			})}}
			call := callVector{Call: v.In.Call}
			if text := args[v.In.Call]; text != "" {
				if err := json.Unmarshal([]byte(text), &call.Args); err != nil {
					t.Fatal(err)
				}
			}
			answer, err, ok := call.do(t, client)
			switch {
			case !ok:
				t.Skip("only the SDK reads this answer")
			case strings.HasPrefix(v.Out.Problem, "org."):
				t.Skip("this client has no use for the organisation beside its projects")
			case v.Out.Problem != "":
				var shape *decodeError
				if !errors.As(err, &shape) {
					t.Errorf("got %v, %v, want an error: %s", answer, err, v.Out.Problem)
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			data, err := json.Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			var got any
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(known(v.Out.Value, got), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// known leaves of a vector's value what the Go types have. A field that is null
// for them may be absent.
func known(want, got any) any {
	switch got := got.(type) {
	case map[string]any:
		all, _ := want.(map[string]any)
		some := map[string]any{}
		for key, value := range got {
			some[key] = known(all[key], value)
		}
		return some
	case []any:
		all, _ := want.([]any)
		some := make([]any, len(all))
		for i := range all {
			some[i] = all[i]
			if i < len(got) {
				some[i] = known(all[i], got[i])
			}
		}
		return some
	}
	return want
}

func TestInferStreamVectors(t *testing.T) {
	t.Parallel()
	type out struct {
		Deltas []string `json:"deltas"`
		Error  string   `json:"error"`
	}
	for _, v := range vectortest.Read[chunks, out](t, "infer-stream.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			client := &Client{BaseURL: "http://x", HTTP: &http.Client{Transport: transport(func(*http.Request) *http.Response {
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: v.In.body()}
			})}}
			got := out{Deltas: []string{}}
			err := client.Chat(t.Context(), Scope{}, ChatRequest{}, func(text string) error {
				got.Deltas = append(got.Deltas, text)
				return nil
			})
			if err != nil {
				got.Error = err.Error()
			}
			if diff := cmp.Diff(v.Out, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
