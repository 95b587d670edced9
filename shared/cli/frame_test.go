package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// process are the doors to the process that a program runs in. Everything else
// gets it as an Env, so that a test can run any command beside any other.
var process = []string{
	"os.Args", "os.Exit", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Getwd", "os.Chdir", "os.UserHomeDir",
	"signal.Notify", "signal.NotifyContext", "flag.Parse",
}

// framed reports whether a file may use them: it is the frame itself, the code
// that lets a child take the place of a process, or the one that gives a terminal
// back before the process is stopped.
func framed(path string) bool {
	return strings.HasPrefix(path, "shared/cli/") || strings.HasPrefix(path, "shared/sibling/passthrough") ||
		strings.HasPrefix(path, "arkor-studio/keys/")
}

// What no binary links, such as generators and what tests start, is free.
func TestOnlyTheFrameTouchesTheProcess(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.work")); err != nil {
		t.Skip("this module stands alone: the others cannot be looked at")
	}
	mains, err := filepath.Glob(filepath.Join(root, "*", "main.go"))
	if err != nil || len(mains) < 7 {
		t.Fatalf("binaries: %v, %v", mains, err)
	}
	args := []string{"list", "-deps", "-f", "{{.Dir}}"}
	for _, main := range mains {
		args = append(args, "./"+filepath.Base(filepath.Dir(main)))
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for _, dir := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if !strings.HasPrefix(dir, root+string(filepath.Separator)) {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.go")) // of every system
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))
			if !strings.HasSuffix(name, "_test.go") && !framed(name) {
				checkFile(t, file, name)
				seen++
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d files were looked at", seen)
	}
}

func checkFile(t *testing.T, path, name string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return
	}
	if ast.IsGenerated(file) {
		return
	}
	// main hands the status to the system, and does nothing else.
	isMain := file.Name.Name == "main" && filepath.Base(path) == "main.go"
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := selector.X.(*ast.Ident)
		if !ok {
			return true
		}
		use := pkg.Name + "." + selector.Sel.Name
		if slices.Contains(process, use) && !(isMain && use == "os.Exit") {
			t.Errorf("%s:%d uses %s; take it from cli.Env instead", name, files.Position(node.Pos()).Line, use)
		}
		return true
	})
}
