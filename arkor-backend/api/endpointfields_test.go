package api

import (
	"encoding/json"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// 7.17, 7.18: whatever is sent, what is accepted can be stored.
func FuzzEndpointFields(f *testing.F) {
	for _, body := range []string{
		`{"slug":"support-bot","runRetentionMode":"days","runRetentionDays":7}`,
		`{"slug":"a-","runRetentionMode":"days"}`,
		`{"slug":"www","runRetentionDays":1e3}`,
		`{"slug":7,"runRetentionMode":null,"runRetentionDays":null}`,
		`{"slug":"ab","runRetentionMode":"unlimited"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var fields endpointFields
		if json.Unmarshal([]byte(body), &fields) != nil {
			return
		}
		if slug, err := fields.slug(); err == nil {
			if len(slug) < 2 || len(slug) > 50 || slug[0] == '-' || slug[len(slug)-1] == '-' || slug == "www" {
				t.Errorf("slug %q", slug)
			}
			for _, c := range slug {
				if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
					t.Errorf("slug %q", slug)
				}
			}
		}
		mode, days, err := fields.retention()
		switch {
		case err != nil:
		case mode == cloud.RetainDays && days >= 1:
		case (mode == "" || mode == cloud.RetainUnlimited || mode == cloud.RetainDisabled) && days == 0:
		default:
			t.Errorf("%q for %d days from %s", mode, days, body)
		}
	})
}
