//go:build unix

package workercmd

import (
	"runtime"
	"syscall"
)

// peakMemory is the most memory, in bytes, that this process has had resident,
// or 0 when the system does not tell.
func peakMemory() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return float64(usage.Maxrss) // bytes there, kilobytes elsewhere
	}
	return float64(usage.Maxrss) * 1024
}
