package cloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// vector is a case of a file in sdk/vectors, which the SDK's tests run too: what
// Go and TypeScript have to agree on.
type vector[In, Out any] struct {
	Name string `json:"name"`
	In   In     `json:"in"`
	Out  Out    `json:"out"`
}

func vectors[In, Out any](t *testing.T, file string) []vector[In, Out] {
	t.Helper()
	data, err := os.ReadFile("../../sdk/vectors/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Version int               `json:"version"`
		Cases   []vector[In, Out] `json:"cases"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil || all.Version != 1 || len(all.Cases) == 0 {
		t.Fatalf("%s: version %d, %d cases, %v", file, all.Version, len(all.Cases), err)
	}
	return all.Cases
}

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
	for _, v := range vectors[chunks, out](t, "sse-frames.json") {
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
	for _, v := range vectors[in, out](t, "error-body.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			res := &http.Response{StatusCode: v.In.Status, Body: io.NopCloser(strings.NewReader(v.In.Body))}
			env := cli.Env{Program: v.In.Program, Environ: []string{"npm_config_user_agent=" + v.In.UserAgent}}
			if got := statusError(res, cli.UpgradeCommand(env)).Message; got != v.Out.Message {
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
	for _, v := range vectors[in, out](t, "deprecation.json") {
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
