package cli

import "runtime/debug"

// version is stamped at link time:
// -ldflags "-X github.com/arkorlab/arkor-go/shared/cli.version=1.2.3".
var version string

// Version is what every binary of a release reports. A build from source
// without a stamp falls back to the module's version, then to 0.0.0-dev.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.0.0-dev"
}
