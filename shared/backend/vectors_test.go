package backend

import (
	"encoding/json"
	"testing"

	"github.com/arkorlab/arkor-go/shared/vectortest"
)

// Which address stored credentials and the environment lead to. An empty one
// stays empty in the SDK, whose first request then fails; here it is an error.
func TestAddressVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		File *string           `json:"file"`
		Env  map[string]string `json:"env"`
	}
	type out struct {
		Credentials json.RawMessage `json:"credentials"` // the tests of that package
		Unusable    bool            `json:"unusable"`
		Address     string          `json:"address"`
	}
	for _, v := range vectortest.Read[in, out](t, "credentials.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s := setup{noBuild: true}
			if v.In.File != nil {
				s.credentials = *v.In.File
			}
			for name, value := range v.In.Env {
				s.environ = append(s.environ, name+"="+value)
			}
			choice, err := Choose(t.Context(), s.env(t), "")
			if (err != nil) != (v.Out.Address == "") || choice.URL != v.Out.Address || choice.Local {
				t.Errorf("got %+v, %v, want %q", choice, err, v.Out.Address)
			}
		})
	}
}
