package daemon_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/vectortest"
)

type chunks struct {
	Chunks [][]byte `json:"chunks"` // base64 in the file
}

type frames struct {
	Frames []struct {
		Event string `json:"event"`
		Data  string `json:"data"`
		ID    string `json:"id"`
	} `json:"frames"`
	ResumeID *string `json:"resumeId"`
}

// The bytes of a real stream have the form of the vectors that the SDK's parser
// is tested with: an event, a ping and an end, each written as those say.
func TestStreamVectors(t *testing.T) {
	t.Parallel()
	shapes := map[string][]string{} // name of a case: the lines of its frame without their values
	for _, v := range vectortest.Read[chunks, frames](t, "sse-frames.json") {
		shapes[v.Name] = fields(bytes.Join(v.In.Chunks, nil))
	}
	b := start(t, func(o *daemon.Options) { o.Ping = 1 })
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	b.eventsUntil(job.ID, "", isEvent("ping")) // it waits and says so
	worker.Do("free")
	raw := b.do("GET", inDemo("/v1/jobs/"+job.ID+"/events/stream"), nil, "Accept", "text/event-stream").body
	seen := map[string]bool{}
	stream := cloud.NewStream(io.NopCloser(bytes.NewReader(raw)))
	for _, text := range bytes.SplitAfter(raw, []byte("\n\n")) {
		if len(text) == 0 {
			continue
		}
		frame, err := stream.Next()
		if err != nil {
			t.Fatal(err)
		}
		like := "an event, as arkor-backend writes it"
		switch frame.Event {
		case "ping":
			like = "ping with empty data"
		case "end":
			like = "an end, as arkor-backend writes it"
		}
		seen[frame.Event] = true
		if got := fields(text); shapes[like] == nil || !slices.Equal(got, shapes[like]) {
			t.Errorf("%q is not like %q: %v, want %v", text, like, got, shapes[like])
		}
	}
	if !seen[cloud.EventStarted] || !seen[cloud.EventCompleted] || !seen[cloud.EventEnd] {
		t.Errorf("saw %v", seen)
	}
}

// fields returns the lines of a frame, cut behind what follows the field's colon.
func fields(text []byte) (lines []string) {
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		line := scanner.Text()
		if i := bytes.IndexByte(scanner.Bytes(), ':'); i >= 0 {
			end := i + 1
			if end < len(line) && line[end] == ' ' {
				end++
			}
			line = line[:end]
		}
		lines = append(lines, line)
	}
	return lines
}

// What the SDK makes callbacks of is what a real job sends: every payload has
// the fields that all vectors of its kind have, of the same types.
func TestEventVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Job  json.RawMessage `json:"job"`
		Data string          `json:"data"`
	}
	type out struct {
		Progress bool            `json:"progress"`
		Job      json.RawMessage `json:"job"`
		Callback *string         `json:"callback"`
		Argument json.RawMessage `json:"argument"`
		Final    bool            `json:"final"`
	}
	needed := map[string]map[string]any{} // by type, with examples
	for _, v := range vectortest.Read[in, out](t, "event-dispatch.json") {
		var payload map[string]any
		if v.Out.Callback == nil || json.Unmarshal([]byte(v.In.Data), &payload) != nil {
			continue
		}
		kind, _ := payload["type"].(string)
		if needed[kind] == nil {
			needed[kind] = payload
			continue
		}
		for field := range needed[kind] {
			if _, ok := payload[field]; !ok {
				delete(needed[kind], field)
			}
		}
	}
	b := start(t)
	done := b.create(config(fakeworker.Plan{}))
	all := b.events(done.ID, "")
	control := fakeworker.NewControl(t)
	failing := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	worker.Do("fail")
	all = append(all, b.events(failing.ID, "")...)
	control = fakeworker.NewControl(t)
	cancelled := b.create(config(fakeworker.Plan{Control: control.Address()}))
	control.Next().AtStep()
	if err := b.client.CancelJob(t.Context(), scope, cancelled.ID); err != nil {
		t.Fatal(err)
	}
	all = append(all, b.events(cancelled.ID, "")...)

	seen := map[string]bool{}
	for _, frame := range all {
		if frame.Event == cloud.EventEnd || frame.Event == cloud.EventPing {
			continue
		}
		seen[frame.Event] = true
		var payload map[string]any
		if err := json.Unmarshal([]byte(frame.Data), &payload); err != nil {
			t.Fatalf("%s: %v", frame.Data, err)
		}
		if payload["type"] != frame.Event || needed[frame.Event] == nil {
			t.Errorf("no vector is like %s: %s", frame.Event, frame.Data)
		}
		for field, example := range needed[frame.Event] {
			if value, ok := payload[field]; !ok || kind(value) != kind(example) {
				t.Errorf("%s is %v in %s, want a %s", field, value, frame.Data, kind(example))
			}
		}
	}
	for kind := range needed {
		if !seen[kind] {
			t.Errorf("no job sent %s", kind)
		}
	}
}

// kind names the JSON type of a value.
func kind(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return "other"
}

// Whatever the clients ask for has a route, which gets ids as they were.
func TestRequestVectors(t *testing.T) {
	t.Parallel()
	type in struct { // of the clients
		Call string            `json:"call"`
		Args []json.RawMessage `json:"args"`
	}
	type out struct {
		Method  string            `json:"method"`
		Path    []string          `json:"path"` // decoded segments
		Query   map[string]string `json:"query"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body"`
	}
	b := start(t)
	here := map[string]string{"orgSlug": "local", "projectSlug": "demo"}
	for _, v := range vectortest.Read[in, out](t, "requests.json") {
		path, query := "", url.Values{}
		for _, segment := range v.Out.Path {
			path += "/" + url.PathEscape(segment)
		}
		for key := range v.Out.Query {
			query.Set(key, here[key])
		}
		var headers []string
		for key, value := range v.Out.Headers {
			if key != "Authorization" { // the harness has a token that is known here
				headers = append(headers, key, value)
			}
		}
		a := b.do(v.Out.Method, path+"?"+query.Encode(), bytes.NewReader(v.Out.Body), headers...)
		noRoute := a.StatusCode == http.StatusNotFound && a.code() == "" && v.Out.Method != http.MethodHead
		if noRoute || a.StatusCode == http.StatusMethodNotAllowed {
			t.Errorf("%s: %s %s: %d %s", v.Name, v.Out.Method, path, a.StatusCode, a.text())
		}
		if len(v.Out.Path) > 2 && strings.ContainsAny(v.Out.Path[2], "/?#") && !strings.HasSuffix(a.code(), "_not_found") {
			t.Errorf("%s: %s %s: %d %s, want a refusal of the id", v.Name, v.Out.Method, path, a.StatusCode, a.text())
		}
	}
}

// The refusals that both clients are tested with are the ones that we send.
func TestErrorBodyVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Status      int    `json:"status"`
		ContentType string `json:"contentType"`
		Body        string `json:"body"`
		UserAgent   string `json:"userAgent"`
		Program     string `json:"program"`
	}
	type out struct { // of the clients
		Message string `json:"message"`
		Code    string `json:"code"`
	}
	b := start(t, func(o *daemon.Options) { o.MinClient = "1.2.0" })
	requests := map[string]func() answer{
		"an unknown route": func() answer { return b.do("GET", "/v1/nothing", nil) },
		"a wrong token":    func() answer { return b.do("GET", "/v1/me", nil, "Authorization", "Bearer wrong") },
		"a wrong field":    func() answer { return b.do("POST", inDemo("/v1/jobs"), `{"name":7}`) },
		"no client":        func() answer { return b.do("GET", "/v1/me", nil, "X-Arkor-Client", "") },
		"an old client":    func() answer { return b.do("GET", "/v1/me", nil, "X-Arkor-Client", "arkor/1.1.9") },
	}
	for _, v := range vectortest.Read[in, out](t, "error-body.json") {
		name, ours := strings.CutSuffix(v.Name, ", as arkor-backend writes it")
		if !ours {
			continue
		}
		request := requests[name]
		if request == nil {
			t.Errorf("no request is for %q", name)
			continue
		}
		delete(requests, name)
		a := request()
		got := in{Status: a.StatusCode, ContentType: a.Header.Get("Content-Type"), Body: string(a.body)}
		if got != v.In {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, v.In)
		}
	}
	for name, request := range requests {
		t.Errorf("no vector is for %q: %s", name, request().body)
	}
}

func TestDatasetVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Content []byte `json:"content"` // base64 in the file
	}
	type out struct {
		ID      string          `json:"id"`
		Samples *int            `json:"samples"` // the SDK checks lines before it sends them
		Problem json.RawMessage `json:"problem"`
	}
	b := start(t)
	for _, v := range vectortest.Read[in, out](t, "dataset-hash.json") {
		a := b.do("POST", inDemo("/v1/datasets"), bytes.NewReader(v.In.Content), "Content-Type", "application/octet-stream")
		b.want(a, 201, "")
		var made struct{ Dataset cloud.Dataset }
		if err := json.Unmarshal(a.body, &made); err != nil || made.Dataset.ID != v.Out.ID {
			t.Errorf("%s: got %s, want %s", v.Name, a.text(), v.Out.ID)
		}
	}
}
