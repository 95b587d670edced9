//go:build unix && !linux

package process

import (
	"fmt"
	"os/exec"
	"strings"
)

// processes reads the process table, without those that are dead already.
func processes() (map[int]entry, error) {
	out, err := exec.Command("/bin/ps", "-A", "-o", "pid=,ppid=,pgid=,stat=").Output()
	if err != nil {
		return nil, err
	}
	table := map[int]entry{}
	for line := range strings.Lines(string(out)) {
		var id int
		var e entry
		var state string
		if _, err := fmt.Sscan(line, &id, &e.parent, &e.group, &state); err == nil && state[0] != 'Z' {
			table[id] = e
		}
	}
	return table, nil
}
