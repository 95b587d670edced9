package api

import "testing"

func TestVersionsAreOrdered(t *testing.T) {
	t.Parallel()
	// The order of semver.org, with the longest numbers that nobody needs.
	versions := []string{
		"0.0.0-dev", "0.0.3-alpha.1", "0.0.3-alpha.2", "0.0.3-alpha.10", "0.0.3-alpha.beta", "0.0.3-beta", "0.0.3", "1.0.0-0", "1.0.0-1.a",
		"1.0.0-a", "1.0.0-a.0", "1.0.0", "1.9.0", "1.10.0", "99999999999999999999.0.0", "100000000000000000000.0.0",
	}
	for i, a := range versions {
		for j, b := range versions {
			if got := compare(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("compare(%s, %s) = %d", a, b, got)
			}
		}
	}
	if compare("1.0.0+a", "1.0.0+b") != 0 {
		t.Error("build metadata counts")
	}
}

func FuzzGate(f *testing.F) {
	f.Add("arkor/1.2.3-rc.1+x", "1.0.0")
	f.Add("x/1", "2.0.0-a.1")
	f.Fuzz(func(t *testing.T, header, minimum string) {
		if minimum != "" && !ValidVersion(minimum) {
			return
		}
		body := gate(header, minimum)
		if body == nil {
			return
		}
		for _, key := range []string{"error", "currentVersion", "supportedRange", "upgrade"} {
			if text, ok := body[key].(string); !ok || text == "" {
				t.Errorf("%s = %v", key, body[key])
			}
		}
	})
}

func FuzzDisplayName(f *testing.F) {
	f.Add("..%2f..%2fetc%2Fpasswd")
	f.Add("C:\\x\\train.jsonl")
	f.Fuzz(func(t *testing.T, header string) {
		name := displayName(header)
		if name == "" || len(name) > maxFilename {
			t.Errorf("%q", name)
		}
		for _, r := range name {
			if r == '/' || r == '\\' || r < 0x20 {
				t.Errorf("%q", name)
			}
		}
	})
}
