//go:build !linux

package sibling

import "os/exec"

// tieToParent has nothing to offer here: only Linux has a parent-death signal.
func tieToParent(*exec.Cmd) {}
