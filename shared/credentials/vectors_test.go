package credentials

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/vectortest"
)

func TestCredentialVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		File *string           `json:"file"`
		Env  map[string]string `json:"env"` // decides about the address alone: the tests of backend
	}
	type out struct {
		Credentials json.RawMessage `json:"credentials"`
		Unusable    bool            `json:"unusable"`
		Address     string          `json:"address"`
	}
	for _, v := range vectortest.Read[in, out](t, "credentials.json") {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s, said := home(t)
			if v.In.File != nil {
				put(t, s, *v.In.File, 0o600)
			}
			got, err := s.Peek()
			if said.Len() > 0 {
				t.Errorf("said %q", said)
			}
			switch {
			case v.Out.Unusable:
				if !errors.Is(err, ErrUnusable) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			case string(v.Out.Credentials) == "null":
				if !errors.Is(err, ErrSignedOut) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			want, err := decode("vector", v.Out.Credentials)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Credentials{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
