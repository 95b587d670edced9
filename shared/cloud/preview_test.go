package cloud

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/vectortest"
)

// The words of a refusal are the same wherever it is met.
func TestPreviewVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Body json.RawMessage `json:"body"`
	}
	type out struct {
		Refusal     *string  `json:"refusal"`
		Hint        *string  `json:"hint"`
		Warnings    []string `json:"warnings"`
		Unavailable string   `json:"unavailable"`
	}
	for _, v := range vectortest.Read[in, out](t, "preview.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != "POST" || r.URL.Path != "/v1/preview" || r.URL.Query().Get("projectSlug") != "p" {
					t.Errorf("%s %s", r.Method, r.URL)
				}
				_, _ = w.Write(v.In.Body)
			}))
			defer server.Close()
			client := &Client{BaseURL: server.URL, Version: "1.2.3"}
			preview, unavailable, err := client.Preview(t.Context(), Scope{OrgSlug: "o", ProjectSlug: "p"}, map[string]string{})
			if err != nil {
				t.Fatal(err)
			}
			got := out{Unavailable: unavailable}
			if preview != nil {
				got.Warnings = []string{}
				for _, w := range preview.Warnings {
					got.Warnings = append(got.Warnings, w.Code)
				}
				if len(preview.Refusals) > 0 {
					first := preview.Refusals[0]
					words := first.String()
					got.Refusal = &words
					if first.Hint != "" {
						got.Hint = &first.Hint
					}
				}
			}
			if diff := cmp.Diff(v.Out, got); diff != "" {
				t.Errorf("want - got +\n%s", diff)
			}
		})
	}
}

func TestPreviewOfAnotherShapeIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"preview":null}`, `{"preview":[]}`, `{"estimate":null}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		client := &Client{BaseURL: server.URL, Version: "1.2.3"}
		if preview, _, err := client.Preview(t.Context(), Scope{}, nil); err == nil {
			t.Errorf("%s: %+v", body, preview)
		}
		if estimate, err := client.Estimate(t.Context(), Scope{}, nil); err == nil {
			t.Errorf("%s: %+v", body, estimate)
		}
		server.Close()
	}
}
