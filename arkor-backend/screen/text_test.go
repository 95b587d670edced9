package screen

import "testing"

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		room int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"日本語", 6, "日本語"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"e\u0301e\u0301", 2, "e\u0301e\u0301"}, {"abc", 0, "…"},
	} {
		if got := Cut(tc.text, tc.room); got != tc.want {
			t.Errorf("%q in %d: %q, want %q", tc.text, tc.room, got, tc.want)
		}
	}
}
