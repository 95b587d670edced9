package project

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/vectortest"
)

func TestStateVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		File     *string `json:"file"`
		Identity struct {
			Mode    string  `json:"mode"`
			OrgSlug *string `json:"orgSlug"`
		} `json:"identity"`
		Folder string `json:"folder"`
	}
	type create struct {
		Name string `json:"name"`
		Slug string `json:"slug"`
	}
	type scope struct {
		OrgSlug     string `json:"orgSlug"`
		ProjectSlug string `json:"projectSlug"`
	}
	type out struct {
		Scope  *scope  `json:"scope"`
		Create *create `json:"create"`
		Error  string  `json:"error"`
	}
	for _, v := range vectortest.Read[in, out](t, "project-state.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			var asked *create
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = &create{}
				if err := json.NewDecoder(r.Body).Decode(asked); err != nil {
					t.Error(err)
				}
				_ = json.NewEncoder(w).Encode(map[string]any{"project": cloud.Project{ID: "p1", Slug: asked.Slug, Name: asked.Name, OrgID: "o1"}})
			}))
			defer server.Close()
			dir := folder(t, v.In.Folder)
			if v.In.File != nil {
				put(t, dir, "state.json", *v.In.File)
			}
			personalOrg := ""
			if v.In.Identity.Mode == "anon" {
				personalOrg = *v.In.Identity.OrgSlug
			}
			found, err := EnsureCloud(t.Context(), &cloud.Client{BaseURL: server.URL}, dir, personalOrg)
			if diff := cmp.Diff(v.Out.Create, asked); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
			switch v.Out.Error {
			case "":
				want := scope{personalOrg, ""}
				if v.Out.Create != nil {
					want.ProjectSlug = v.Out.Create.Slug
				} else {
					want = *v.Out.Scope
				}
				if err != nil || (scope{found.OrgSlug, found.ProjectSlug}) != want {
					t.Errorf("got %v, %v, want %v", found, err, want)
				}
			case "missing":
				if !errors.Is(err, ErrNoState) {
					t.Errorf("got %v, %v", found, err)
				}
			case "mismatch":
				if !errors.Is(err, ErrStateMismatch) {
					t.Errorf("got %v, %v", found, err)
				}
			case "damaged":
				if err == nil || !strings.HasSuffix(err.Error(), "state.json does not hold { orgSlug, projectSlug, projectId }, three strings") {
					t.Errorf("got %v, %v", found, err)
				}
			default:
				t.Errorf("no such error: %s", v.Out.Error)
			}
		})
	}
}
