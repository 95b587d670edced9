package scaffold

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// Whatever stands in a package.json is there afterwards, in its order, and the
// file is as it was once what was added is taken out again.
func FuzzPatchPackageJSON(f *testing.F) {
	for _, seed := range []string{
		"{}", "{\n  \"name\": \"x\"\n}\n", `{"scripts":{"dev":""},"devDependencies":{}}`,
		"\ufeff{\r\n\t\"scripts\": {\r\n\t\t\"test\": \"a && b\"\r\n\t}\r\n}", `{"dependencies":{"arkor":"1"},"\u0073cripts":{"start":"x"}}`,
		"{ \"a\" : [1, {\"b\": null}]\n, \"scripts\"\n:\t{ }}", `[]`, `{"scripts":[]}`, `{"a":1,"a":2}`, "{\"\xff\":1}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, old string) {
		got, err := patchPackageJSON([]byte(old), "^1.2.3")
		if err != nil {
			return
		}
		if again, err := patchPackageJSON(got, "^1.2.3"); err != nil || string(again) != string(got) {
			t.Fatalf("not stable: %q, then %q, %v", got, again, err)
		}
		before, hadBOM := strings.CutPrefix(old, bom)
		after, hasBOM := strings.CutPrefix(string(got), bom)
		if hadBOM != hasBOM || !json.Valid([]byte(after)) {
			t.Fatalf("got %q", got)
		}
		if !subsequence(before, after) {
			t.Fatalf("something went missing: %q", got)
		}
		compare(t, gjson.Parse(before), gjson.Parse(after), true)
	})
}

// compare checks that the members of before come first in after, unchanged but
// for what may gain members and for empty scripts.
func compare(t *testing.T, before, after gjson.Result, top bool) {
	old, now := list(before), list(after)
	if len(now) < len(old) {
		t.Fatalf("lost members: %s", after.Raw)
	}
	for i, m := range old {
		switch {
		case now[i].key != m.key:
			t.Fatalf("%s is where %s was", now[i].key, m.key)
		case top && (m.key == "scripts" || m.key == "devDependencies"):
			compare(t, m.value, now[i].value, false)
		case now[i].value.Raw != m.value.Raw && !(m.value.Raw == `""` && !top):
			t.Fatalf("%s was %s and is %s", m.key, m.value.Raw, now[i].value.Raw)
		}
	}
}

type pair struct {
	key   string
	value gjson.Result
}

func list(object gjson.Result) (pairs []pair) {
	object.ForEach(func(key, value gjson.Result) bool {
		pairs = append(pairs, pair{key.Str, value})
		return true
	})
	return pairs
}

// subsequence reports whether the visible bytes of short are in long, in order.
func subsequence(short, long string) bool {
	for i := 0; i < len(short); i++ {
		if strings.IndexByte(spaces, short[i]) >= 0 {
			continue // those of an empty object are replaced
		}
		at := strings.IndexByte(long, short[i])
		if at < 0 {
			return false
		}
		long = long[at+1:]
	}
	return true
}
