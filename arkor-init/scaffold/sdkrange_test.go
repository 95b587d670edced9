package scaffold

import "testing"

func TestSDKRange(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"1.2.3": "^1.2.3", "v1.2.3": "^1.2.3", "0.0.3-alpha.1": "^0.0.3-alpha.1",
		"0.0.0-dev": "latest", "": "latest", "garbage": "latest",
		"v0.0.0-20260102030405-abcdef123456": "latest", "v1.2.4-0.20260102030405-abcdef123456": "latest",
		"v1.2.3+dirty": "latest",
	} {
		if got := SDKRange(version); got != want {
			t.Errorf("%q: got %q, want %q", version, got, want)
		}
	}
}
