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
// with a signal, and on some amd64 processors that leaves the vector registers
// in a state in which scalar floating point is slow: math.Exp took 130 times as
// long on a machine where this was first seen. On an AMD EPYC with Go 1.26.8 it
// makes no difference (1,590 to 1,840 tokens a second without preemption, 1,650
// to 1,790 with it, side by side on a busy machine), and it costs nothing.
// Whoever starts the worker sets GODEBUG itself; this is for people. Elsewhere
// than on Unix it runs as it is.
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
