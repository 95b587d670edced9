package cli

import (
	"fmt"
	"path/filepath"
	"runtime/debug"
)

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

// DispatcherVersion is the variable in which "arkor" tells the binary that it
// starts which release it is of.
const DispatcherVersion = "ARKOR_DISPATCHER_VERSION"

// warnOfMismatch says when dispatcher and binary are of different releases,
// which happens when only one of them was upgraded.
func warnOfMismatch(env Env) {
	if dispatcher := env.Getenv(DispatcherVersion); dispatcher != "" && dispatcher != Version() {
		fmt.Fprintf(env.Stderr, "arkor: warning: arkor is version %s, %s is %s; install one release of both\n",
			dispatcher, filepath.Base(env.Program), Version())
	}
}
