package cloud

import (
	"net/http"
	"regexp"
)

// Deprecation is the server's word that this client will not be served for
// ever. Sunset is the header as it came, "" when there was none.
type Deprecation struct {
	Version string
	Message string
	Sunset  string
}

var warningForm = regexp.MustCompile(`^\d{3}\s+-\s+"(.+)"\s*$`)

// ParseDeprecation reads the three headers of an answer, success or error.
func ParseDeprecation(h http.Header, version string) (Deprecation, bool) {
	if h.Get("Deprecation") != "true" {
		return Deprecation{}, false
	}
	d := Deprecation{Version: version, Message: h.Get("Warning"), Sunset: h.Get("Sunset")}
	if m := warningForm.FindStringSubmatch(d.Message); m != nil {
		d.Message = m[1]
	} else if d.Message == "" {
		d.Message = "Arkor SDK " + version + " is deprecated"
	}
	return d, true
}
