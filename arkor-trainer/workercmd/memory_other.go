//go:build !unix

package workercmd

// peakMemory is not known here.
func peakMemory() float64 { return 0 }
