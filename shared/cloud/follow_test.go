package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/vectortest"
)

func TestReconnectDelayVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		InitialMS int64   `json:"initialMs"`
		MaxMS     int64   `json:"maxMs"`
		Failures  int     `json:"failures"`
		Random    float64 `json:"random"`
	}
	type out struct {
		DelayMS int64 `json:"delayMs"`
	}
	for _, v := range vectortest.Read[in, out](t, "reconnect-delay.json") {
		got := reconnectDelay(time.Duration(v.In.InitialMS)*time.Millisecond, time.Duration(v.In.MaxMS)*time.Millisecond, v.In.Failures, v.In.Random)
		if got.Milliseconds() != v.Out.DelayMS {
			t.Errorf("%s: %s, want %d ms", v.Name, got, v.Out.DelayMS)
		}
	}
}

type opening struct {
	Status     int    `json:"status"`
	Error      string `json:"error"`
	RetryAfter string `json:"retryAfter"`
	Throw      bool   `json:"throw"`
	Body       string `json:"body"`
	Then       string `json:"then"` // "eof" or "break"
}

func (o opening) answer(w http.ResponseWriter) {
	switch {
	case o.Throw:
		panic(http.ErrAbortHandler)
	case o.Status != 0:
		if o.RetryAfter != "" {
			w.Header().Set("Retry-After", o.RetryAfter)
		}
		w.WriteHeader(o.Status)
		fmt.Fprintf(w, `{"error":%q}`, o.Error)
		return
	}
	w.WriteHeader(http.StatusOK)
	fmt.Fprint(w, o.Body)
	_ = http.NewResponseController(w).Flush()
	if o.Then == "break" {
		panic(http.ErrAbortHandler)
	}
}

// Rules 6.19 to 6.22, as the SDK follows them. A follower never gives up, so
// that the cases of a limit that is reached are not for it.
func TestReconnectScriptVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Openings []opening  `json:"openings"`
		Limit    *int       `json:"limit"`
		Job      *JobStatus `json:"job"`
	}
	type failure struct {
		Name    string `json:"name"`
		Message string `json:"message"`
		Status  int    `json:"status"`
		Cause   string `json:"cause"`
	}
	type out struct {
		Delays       []int64    `json:"delays"`
		LastEventIDs []*string  `json:"lastEventIds"`
		Status       *JobStatus `json:"status"`
		Error        *failure   `json:"error"`
	}
	for _, v := range vectortest.Read[in, out](t, "reconnect-script.json") {
		if v.Out.Error != nil && v.Out.Error.Name == "StreamError" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			var got out
			got.Delays, got.LastEventIDs = []int64{}, []*string{}
			openings := v.In.Openings
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/events/stream") {
					if v.In.Job == nil {
						w.WriteHeader(http.StatusInternalServerError)
						return
					}
					fmt.Fprintf(w, `{"job":{"id":"j1","orgId":"o","projectId":"p","name":"n","status":%q,"config":{"model":"m"},"createdAt":"2026-03-04T05:06:07.000Z"}}`, *v.In.Job)
					return
				}
				var last *string
				if id := r.Header.Get("Last-Event-ID"); id != "" {
					last = &id
				}
				got.LastEventIDs = append(got.LastEventIDs, last)
				next := openings[0]
				openings = openings[1:]
				next.answer(w)
			}))
			defer server.Close()
			// A connection of its own for each request: what is broken off is
			// not sent again behind our back.
			client := &Client{BaseURL: server.URL, Version: "1.0.0", HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
			f := &Follower{
				Client: client, JobID: "j1", OnEvent: func(Event) error { return nil },
				random: func() float64 { return 0.5 },
				sleep: func(_ context.Context, d time.Duration) error {
					got.Delays = append(got.Delays, d.Milliseconds())
					return nil
				},
			}
			status, err := f.Run(t.Context())
			var refused *StatusError
			switch {
			case errors.As(err, &refused):
				got.Error = &failure{Name: "CloudApiError", Message: refused.Message, Status: refused.Status}
			case err != nil:
				t.Fatal(err)
			case status == "": // what the SDK calls by the last status that it knew
				got.Status = v.Out.Status
			default:
				got.Status = &status
			}
			if diff := cmp.Diff(v.Out, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A stream that drops at any byte loses no event and repeats none.
func TestFollowLosesNothing(t *testing.T) {
	t.Parallel()
	frame := func(id int, kind string) string {
		return fmt.Sprintf("id: %d\nevent: %s\ndata: {\"type\":%q}\n\n", id, kind, kind)
	}
	frames := []string{frame(1, EventStarted), frame(2, EventLog), "event: ping\ndata:\n\n", frame(3, EventCheckpoint), frame(4, EventCompleted)}
	all := strings.Join(frames, "")
	want := []string{"1 training.started", "2 training.log", "3 checkpoint.saved", "4 training.completed"}
	for cut := range len(all) {
		first := true
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if first {
				first = false
				opening{Body: all[:cut], Then: "break"}.answer(w)
			}
			after, _ := strconv.Atoi(r.Header.Get("Last-Event-ID"))
			for id, kind := range []string{EventStarted, EventLog, EventCheckpoint, EventCompleted} {
				if id+1 > after {
					fmt.Fprint(w, frame(id+1, kind))
				}
			}
		}))
		var got []string
		f := &Follower{
			Client: &Client{BaseURL: server.URL, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}, JobID: "j",
			OnEvent: func(e Event) error { got = append(got, e.ID+" "+e.Type); return nil },
			sleep:   func(context.Context, time.Duration) error { return nil }, random: func() float64 { return 0.5 },
		}
		status, err := f.Run(t.Context())
		server.Close()
		if diff := cmp.Diff(want, got); diff != "" || status != Completed || err != nil {
			t.Fatalf("cut at %d: %s, %v\n%s", cut, status, err, diff)
		}
	}
}

// Reading a page of a backend that knows no pages, and one that does.
func TestJobs(t *testing.T) {
	t.Parallel()
	row := func(id string, status JobStatus) string { return fmt.Sprintf(`{"id":%q,"status":%q}`, id, status) }
	plain := `{"jobs":[` + row("5", Running) + "," + row("4", Failed) + "," + row("3", Completed) + "," + row("2", Failed) + "," + row("1", Failed) + `]}`
	var asked []string
	paged := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		switch {
		case !paged:
			fmt.Fprint(w, plain)
		case r.URL.Query().Get("cursor") == "":
			fmt.Fprint(w, `{"jobs":[`+row("4", Failed)+`],"nextCursor":"c"}`)
		default:
			fmt.Fprint(w, `{"jobs":[`+row("2", Failed)+`],"nextCursor":"d"}`)
		}
	}))
	defer server.Close()
	client := &Client{BaseURL: server.URL}
	read := func(list ListJobs) string {
		t.Helper()
		jobs, more, err := client.Jobs(t.Context(), Scope{"o", "p"}, list)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, j := range jobs {
			ids = append(ids, j.ID)
		}
		return fmt.Sprint(ids, more)
	}
	check := func(want, got string) {
		t.Helper()
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	check("[5 4 3 2 1] false", read(ListJobs{}))
	check("[5 4] true", read(ListJobs{Limit: 2}))
	check("[4 2] true", read(ListJobs{Limit: 2, Statuses: []JobStatus{Failed}}))
	check("[5 3] false", read(ListJobs{Limit: 5, Statuses: []JobStatus{Running, Completed}}))
	paged, asked = true, nil
	check("[4 2] true", read(ListJobs{Limit: 2, Statuses: []JobStatus{Failed}}))
	want := []string{"limit=2&orgSlug=o&projectSlug=p&status=failed", "cursor=c&limit=1&orgSlug=o&projectSlug=p&status=failed"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add("1", `{"type":"training.log","id":"7","step":1}`)
	f.Add("", `{"type":7,"id":{}}`)
	f.Add("", `null`)
	f.Fuzz(func(t *testing.T, id, data string) {
		event, ok := parseEvent(id, []byte(data))
		var object map[string]json.RawMessage
		if ok != (json.Unmarshal([]byte(data), &object) == nil && object != nil) {
			t.Errorf("%q: %v", data, ok)
		}
		if ok && id != "" && event.ID != id {
			t.Errorf("%q became %q", id, event.ID)
		}
	})
}
