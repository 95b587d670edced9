//go:build unix

package process

import (
	"os"
	"os/exec"
	"slices"
	"syscall"

	"github.com/arkorlab/arkor-go/shared/sibling"
)

// tree is a program and all that it started, but for what left its group.
type tree struct {
	root   int  // process id of the program
	shared bool // it is in our group; else the group is its own

	group  int          // ours
	before map[int]bool // who was in our group before the program was
}

// entry is a line of the process table.
type entry struct{ parent, group int }

// newTree decides in which group cmd will run. Without a terminal, which would
// treat another group as one in the background, it gets one of its own.
func newTree(cmd *exec.Cmd) *tree {
	t := &tree{shared: hasTerminal(), group: syscall.Getpgrp()}
	if !t.shared {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		return t
	}
	t.before = map[int]bool{}
	table, _ := processes()
	for id, e := range table {
		if e.group == t.group {
			t.before[id] = true
		}
	}
	return t
}

func hasTerminal() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	_ = tty.Close()
	return true
}

// interrupted reports whether a Ctrl-C that reached us reached the program too.
func (t *tree) interrupted() bool { return t.shared && sibling.InForeground() }

func (t *tree) terminate() { t.signal(syscall.SIGTERM) }

func (t *tree) kill() { t.signal(syscall.SIGKILL) }

func (t *tree) alive() bool { return len(t.members()) > 0 }

func (t *tree) signal(s syscall.Signal) {
	if !t.shared {
		_ = syscall.Kill(-t.root, s)
		return
	}
	for _, id := range t.members() {
		_ = syscall.Kill(id, s)
	}
}

// members lists the tree.
func (t *tree) members() []int {
	table, err := processes()
	if err != nil {
		return t.withoutTable()
	}
	return t.among(table)
}

// among finds the members in a process table. In a shared group they are
// whoever descends from the program, and whoever joined the group since and has
// lost its parent: a shell that dies of Ctrl-C leaves its background jobs like
// that. The jobs of a make or of a script around us have theirs in the group.
func (t *tree) among(table map[int]entry) []int {
	var found []int
	for id, e := range table {
		switch {
		case !t.shared:
			if e.group == t.root {
				found = append(found, id)
			}
		case e.group == t.group && !t.before[id]:
			if top := t.top(table, id); top == t.root || table[table[top].parent].group != t.group {
				found = append(found, id)
			}
		}
	}
	slices.Sort(found)
	return found
}

// top returns the first ancestor of a process that joined our group as late as
// it did, or the process itself.
func (t *tree) top(table map[int]entry, id int) int {
	for range len(table) { // which was not read in one moment: it may hold a circle
		parent := table[id].parent
		if table[parent].group != t.group || t.before[parent] {
			break
		}
		id = parent
	}
	return id
}

// withoutTable is the program alone, where the system does not say more.
func (t *tree) withoutTable() []int {
	id := t.root
	if !t.shared {
		id = -t.root
	}
	if syscall.Kill(id, 0) != nil {
		return nil
	}
	return []int{t.root}
}
