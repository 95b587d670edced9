package api

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// 6.12: what is accepted is what was given out.
func FuzzCursor(f *testing.F) {
	given := cursor(cloud.Timestamp(time.UnixMilli(1772600767123)), uuid.NewString())
	if _, _, ok := parseCursor(given); !ok {
		f.Fatalf("%s is refused", given)
	}
	for _, text := range []string{given, given + "=", given[1:], "", "x", cursor("2026-03-04T05:06:07.000Z", "' OR 1=1"), cursor("9999-99-99", uuid.NewString())} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		createdAt, id, ok := parseCursor(text)
		if !ok {
			return
		}
		at, err := time.Parse("2006-01-02T15:04:05.000Z", createdAt)
		if err != nil || cloud.Timestamp(at) != createdAt || uuid.Validate(id) != nil || cursor(createdAt, id) != text {
			t.Errorf("%q was taken for %q %q", text, createdAt, id)
		}
	})
}
