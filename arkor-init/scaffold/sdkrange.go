package scaffold

import "regexp"

// release matches a version that can be on the registry. A build from a commit
// (v0.0.0-20260102030405-abcdef123456, or with +dirty) and the placeholder of
// an unstamped build were never published.
var (
	release  = regexp.MustCompile(`^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$`)
	unusable = regexp.MustCompile(`-dev\b|\d{14}-[0-9a-f]{12}$`)
)

// SDKRange returns what a project's package.json asks for, given the version
// of this tool. A development build has no release of its own, so it asks for
// the latest one: any number it could make up would fail `npm install`.
func SDKRange(version string) string {
	if m := release.FindStringSubmatch(version); m != nil && !unusable.MatchString(version) {
		return "^" + m[1]
	}
	return "latest"
}
