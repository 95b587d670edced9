package process

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	if total, free, ok := Memory(); !ok || free <= 0 || free > total {
		t.Errorf("total %d, free %d, %v", total, free, ok)
	}
	if n := Resident(os.Getpid()); n < 1<<20 || n > 1<<40 {
		t.Errorf("this process takes %d bytes", n)
	}
	if n := Resident(1 << 30); n != 0 {
		t.Errorf("a process that is not there takes %d bytes", n)
	}
}

func TestGroupMemory(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(groups string, wantLimit, wantLeft int64, wantOK bool) {
		t.Helper()
		if limit, left, ok := groupMemory(root, groups); limit != wantLimit || left != wantLeft || ok != wantOK {
			t.Errorf("%q: %d of %d, %v", groups, left, limit, ok)
		}
	}
	write("a/b/memory.max", "max")
	write("a/b/memory.current", "10")
	check("0::/a/b", 0, 0, false)
	write("a/memory.max", "1000")
	write("a/memory.current", "700")
	write("a/memory.stat", "anon 1\ninactive_file 200\n")
	check("12:pids:/x\n0::/a/b\n", 1000, 500, true)
	write("a/b/memory.max", "600")
	check("0::/a/b", 600, 500, true)
	check("4:memory:/a/b\n", 0, 0, false)
	check("0::/../../a", 1000, 500, true)
}

func FuzzParseMeminfo(f *testing.F) {
	f.Add("MemTotal:       24650000 kB\nMemFree: 1 kB\nMemAvailable:   23000000 kB\n")
	f.Add("MemTotal: 99999999999999999 kB\nMemAvailable: -1 kB")
	f.Fuzz(func(t *testing.T, text string) {
		if total, free, ok := parseMeminfo(text); ok && (free < 0 || free > total) {
			t.Errorf("total %d, free %d", total, free)
		}
	})
}
