package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// processes reads the process table, without those that are dead already.
func processes() (map[int]entry, error) {
	folder, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	table := map[int]entry{}
	for _, name := range names {
		id, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue // it has ended meanwhile
		}
		// "12 (any name) S 1 12 …": state, parent, group.
		var state string
		var e entry
		_, err = fmt.Sscan(string(stat[bytes.LastIndexByte(stat, ')')+1:]), &state, &e.parent, &e.group)
		if err == nil && state != "Z" && state != "X" {
			table[id] = e
		}
	}
	return table, nil
}
