package api

import (
	"strconv"
	"testing"
)

func TestPagesHoldUntilAChange(t *testing.T) {
	t.Parallel()
	var p pages
	expect := func(version uint64, key, want string) {
		t.Helper()
		if got := string(p.get(version, key)); got != want {
			t.Errorf("%s at %d: %q, want %q", key, version, got, want)
		}
	}
	expect(0, "a", "")
	p.put(0, "a", []byte("a0"))
	expect(0, "a", "a0")
	expect(0, "b", "")
	expect(1, "a", "") // the store has changed
	p.put(1, "b", []byte("b1"))
	expect(1, "a", "")
	p.put(0, "a", []byte("a0")) // a reader that took long
	expect(1, "a", "")
	expect(1, "b", "b1")
	for i := range 2 * maxPages {
		p.put(1, strconv.Itoa(i), []byte("x"))
	}
	if len(p.bodies) > maxPages {
		t.Errorf("%d pages are kept", len(p.bodies))
	}
}
