//go:build !linux

package workercmd

func freeMemory() float64 { return 0 }
