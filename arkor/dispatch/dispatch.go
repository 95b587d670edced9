// Package dispatch is the front door: it finds arkor-<name> and runs it.
package dispatch

func Main() int { return 0 }
