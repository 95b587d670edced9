//go:build unix

package workercmd

import (
	"runtime"
	"strings"
	"syscall"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// steady replaces the process by itself with asynchronous preemption off, once,
// unless GODEBUG already speaks of it. The runtime preempts a busy goroutine
// with a signal, and on amd64 that leaves the vector registers in a state in
// which scalar floating point is many times slower until the next wide
// operation: with preemption the 2.4 million parameter shape trained at 1,220
// tokens a second, without it at 2,890. Whoever starts the worker sets GODEBUG
// itself; this is for people. Elsewhere than on Unix it runs as it is.
func steady(env cli.Env) {
	debug := env.Getenv("GODEBUG")
	if runtime.GOARCH != "amd64" || strings.Contains(debug, "asyncpreemptoff") {
		return
	}
	if debug != "" {
		debug += ","
	}
	environ := append(env.Environ[:len(env.Environ):len(env.Environ)], "GODEBUG="+debug+"asyncpreemptoff=1")
	// Should it fail, the work is done all the same, only slower.
	_ = syscall.Exec(env.Program, append([]string{"arkor-trainer"}, env.Args...), environ)
}
