package workercmd

import (
	"os"
	"strconv"
	"strings"
)

// freeMemory is how many bytes a new process may take, 0 when the system does
// not tell: what is free on the machine, or left to the container.
func freeMemory() float64 {
	free := 0.0
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			fields := strings.Fields(line)
			if len(fields) >= 2 && fields[0] == "MemAvailable:" {
				kilobytes, _ := strconv.ParseFloat(fields[1], 64)
				free = kilobytes * 1024
			}
		}
	}
	limit, used := number("/sys/fs/cgroup/memory.max"), number("/sys/fs/cgroup/memory.current")
	if left := limit - used; limit > 0 && (free == 0 || left < free) {
		return max(left, 1)
	}
	return free
}

// number reads a file that holds one, 0 when it does not.
func number(path string) float64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseFloat(strings.TrimSpace(string(data)), 64)
	return n
}
