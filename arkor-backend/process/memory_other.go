//go:build !linux

package process

// Memory cannot be found out here.
func Memory() (total, free int64, ok bool) { return 0, 0, false }

// Resident cannot be found out here.
func Resident(int) int64 { return 0 }
