package process

import (
	"os/exec"
	"strconv"
)

// tree is a program and all that it started.
type tree struct {
	root int // process id of the program
}

func newTree(*exec.Cmd) *tree { return &tree{} }

// interrupted reports whether a Ctrl-C that reached us reached the program too:
// the console sends it to everybody.
func (t *tree) interrupted() bool { return true }

// terminate is kill: there is no polite way to ask.
func (t *tree) terminate() { t.kill() }

// kill ends the program with its descendants. Those whose parent is gone
// already cannot be found.
func (t *tree) kill() {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(t.root)).Run()
}

// alive says nothing about descendants, which nobody keeps a list of.
func (t *tree) alive() bool { return false }
