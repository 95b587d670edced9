package sibling

import "os"

// forwarded lists what is swallowed here: the console sends Ctrl-C to every
// process attached to it, the child included.
var forwarded = []os.Signal{os.Interrupt}

func deliveredByTerminal(os.Signal) bool { return InForeground() }

// InForeground reports whether Ctrl-C reaches this process and its children,
// as it does for everything attached to the console.
func InForeground() bool { return true }

func dieOf(*os.ProcessState) {}
