package cloud_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

func TestDataset(t *testing.T) {
	t.Parallel()
	answer := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.RequestURI(); got != "/v1/datasets/sha256:ab?orgSlug=o&projectSlug=p" {
			t.Error(got)
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	client := &cloud.Client{BaseURL: server.URL}
	ask := func(text string) (cloud.Dataset, error) {
		answer = text
		return client.Dataset(t.Context(), cloud.Scope{OrgSlug: "o", ProjectSlug: "p"}, "sha256:ab")
	}
	d, err := ask(`{"dataset":{"id":"sha256:ab","size":7,"filename":"train.jsonl"}}`)
	if err != nil || d.Size != 7 || d.Name() != "train.jsonl" {
		t.Error(d, err)
	}
	for _, text := range []string{`{}`, `{"dataset":null}`, `{"dataset":{"id":"sha256:cd"}}`} {
		if d, err := ask(text); err == nil || !strings.Contains(err.Error(), "not the data set that was asked for") {
			t.Errorf("%s: %v, %v", text, d, err)
		}
	}
	// A folder of somebody's machine is nobody's business.
	for filename, want := range map[string]string{
		"": "", "/": "", ".": "", "..": "", "a/..": "", "/home/ada/secret/train.jsonl": "train.jsonl", `C:\Users\ada\train.jsonl`: "train.jsonl", "data/": "data",
	} {
		if got := (cloud.Dataset{Filename: filename}).Name(); got != want {
			t.Errorf("%q: %q, want %q", filename, got, want)
		}
	}
}
