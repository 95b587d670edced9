package cli

import (
	"fmt"
	"sync"
)

// Notice keeps the latest word of a server that this release will not be served
// for ever, until the command has ended and Run shows it, or until Show does. It is safe for
// concurrent use. A nil Notice keeps nothing: a command whose caller sees the
// same answers, and says so itself, hands on an Env without one.
type Notice struct {
	mu                       sync.Mutex
	recorded, shown          bool
	message, version, sunset string
}

// Record keeps a notice in the place of the one before. version is the release
// that it is about; sunset says until when, "" when that is unknown.
func (n *Notice) Record(message, version, sunset string) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.recorded, n.message, n.version, n.sunset = true, message, version, sunset
}

// Show prints what was recorded, on one line, once.
func (n *Notice) Show(env Env) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.recorded || n.shown {
		return
	}
	n.shown = true
	cutoff := ""
	if n.sunset != "" {
		cutoff = " Cutoff: " + n.sunset + "."
	}
	text := fmt.Sprintf("%s (current: %s).%s Run `%s`.", n.message, n.version, cutoff, UpgradeCommand(env))
	fmt.Fprintln(env.Stderr, OneLine(text))
}
