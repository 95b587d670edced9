package api

import (
	"regexp"
	"strings"
)

// semver is the form of semver.org, without a leading "v".
var semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)` +
	`(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?` +
	`(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$`)

// developmentVersion is what a build from source reports.
const developmentVersion = "0.0.0-dev"

// ValidVersion reports whether text is a semantic version.
func ValidVersion(text string) bool { return semver.MatchString(text) }

// gate returns the body of a 426, or nil when the client may pass. Clients
// other than "arkor" have versions of their own and are not measured.
func gate(header, minimum string) map[string]any {
	body := map[string]any{
		"error": "sdk_version_unsupported", "currentVersion": "unknown", "supportedRange": "*",
		"upgrade": "npm install -g arkor@latest",
	}
	if minimum != "" {
		body["supportedRange"] = ">=" + minimum
	}
	name, version, _ := strings.Cut(header, "/")
	switch {
	case header == "":
		body["reason"] = "missing"
	case name == "" || !ValidVersion(version):
		body["reason"] = "malformed"
	case name == "arkor" && minimum != "" && version != developmentVersion && compare(version, minimum) < 0:
		body["currentVersion"] = version
	default:
		return nil
	}
	return body
}

// compare orders two valid versions as semver.org does; pre-releases count.
func compare(a, b string) int {
	x, y := semver.FindStringSubmatch(a), semver.FindStringSubmatch(b)
	for i := 1; i <= 3; i++ {
		if c := compareNumbers(x[i], y[i]); c != 0 {
			return c
		}
	}
	switch {
	case x[4] == y[4]:
		return 0
	case x[4] == "":
		return 1
	case y[4] == "":
		return -1
	}
	p, q := strings.Split(x[4], "."), strings.Split(y[4], ".")
	for i := 0; i < len(p) && i < len(q); i++ {
		if c := compareIdentifiers(p[i], q[i]); c != 0 {
			return c
		}
	}
	return len(p) - len(q)
}

func compareIdentifiers(a, b string) int {
	numberA, numberB := strings.Trim(a, "0123456789") == "", strings.Trim(b, "0123456789") == ""
	switch {
	case numberA && numberB:
		return compareNumbers(a, b)
	case numberA:
		return -1
	case numberB:
		return 1
	}
	return strings.Compare(a, b)
}

// compareNumbers compares digits without leading zeros, of any length.
func compareNumbers(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
