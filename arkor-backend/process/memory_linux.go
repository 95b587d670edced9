package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Memory returns how much memory this process may use in all, and how much of
// it is free, in bytes: of the machine, or of the control group that it is in
// where that has less. ok is false where neither can be found out.
func Memory() (total, free int64, ok bool) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, 0, false
	}
	total, free, ok = parseMeminfo(string(info))
	if !ok {
		return 0, 0, false
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return total, free, true
	}
	if limit, left, ok := groupMemory("/sys/fs/cgroup", string(groups)); ok {
		total, free = min(total, limit), min(free, left)
	}
	return total, free, true
}

// parseMeminfo reads /proc/meminfo.
func parseMeminfo(text string) (total, free int64, ok bool) {
	values := map[string]int64{}
	for line := range strings.Lines(text) {
		if name, rest, found := strings.Cut(line, ":"); found {
			if kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64); err == nil && kib < 1<<50 {
				values[name] = kib << 10
			}
		}
	}
	total, free = values["MemTotal"], values["MemAvailable"]
	return total, free, total > 0 && free >= 0 && free <= total
}

// groupMemory reads the limit of a control group of version 2 and of those that
// it lies in. What files take of it can be had back.
func groupMemory(root, groups string) (limit, left int64, ok bool) {
	_, own, found := strings.Cut("\n"+groups, "\n0::")
	if !found {
		return 0, 0, false
	}
	own, _, _ = strings.Cut(own, "\n")
	for dir := filepath.Clean("/" + own); ; dir = filepath.Dir(dir) {
		most, err := number(filepath.Join(root, dir, "memory.max"))
		used, err2 := number(filepath.Join(root, dir, "memory.current"))
		if err == nil && err2 == nil { // otherwise it has no limit
			rest := max(0, most-used+inactiveFiles(filepath.Join(root, dir, "memory.stat")))
			if !ok || rest < left {
				left = rest
			}
			if !ok || most < limit {
				limit = most
			}
			ok = true
		}
		if dir == "/" {
			return limit, min(left, limit), ok
		}
	}
}

func inactiveFiles(path string) int64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		var n int64
		if _, err := fmt.Sscanf(line, "inactive_file %d", &n); err == nil {
			return n
		}
	}
	return 0
}

func number(path string) (int64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
}

// Resident returns how much memory a process has now, 0 when that cannot be
// found out.
func Resident(pid int) int64 {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
	if err != nil {
		return 0
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(data), &size, &resident); err != nil {
		return 0
	}
	return resident * int64(os.Getpagesize())
}
