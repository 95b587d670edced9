package scaffold

import (
	"strings"
	"testing"
)

// Section 2 of the behaviour contract.
func TestSection2_Name(t *testing.T) {
	t.Parallel()
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct{ rule, in, want string }{
		{"1 lower case", "MyApp", "myapp"},
		{"2 one dash a run", "hello world", "hello-world"},
		{"2 one dash a run", "Hello! World", "hello-world"},
		{"2 one dash a run", "foo_bar.baz", "foo-bar-baz"},
		{"2 one dash a run", "a---b", "a-b"},
		{"2 one dash a run", "a-_-b", "a-b"},
		{"2 one dash a run", "v2-runner-01", "v2-runner-01"},
		{"2 letters outside ASCII separate", "d\u00e9j\u00e0 vu \U0001F600 ok", "d-j-vu-ok"},
		{"2 broken text separates", "a\xffb\x00c", "a-b-c"},
		{"3 cut at 60", a(120), a(60)},
		{"3 cut at 60", a(60), a(60)},
		{"4 trimmed after the cut", a(59) + "_b", a(59)},
		{"4 trimmed after the cut", "-" + a(60), a(59)},
		{"4 trimmed after the cut", "@scope/pkg", "scope-pkg"},
		{"4 trimmed after the cut", "---abc---", "abc"},
		{"4 trimmed after the cut", "Foo Bar!", "foo-bar"},
		{"5 never empty", "", "arkor-project"},
		{"5 never empty", "!!!", "arkor-project"},
		{"5 never empty", "---", "arkor-project"},
		{"5 never empty", strings.Repeat("-", 100_000), "arkor-project"},
		{"5 never empty", "/", "arkor-project"}, // what filepath.Base says of the root
	} {
		if got := Name(c.in); got != c.want {
			t.Errorf("%s: %.20q: got %q, want %q", c.rule, c.in, got, c.want)
		}
	}
}
