package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
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

// framed reports whether a file is free to use them: the frame itself, the code
// that lets a child take the place of a process, and what drives the finished
// binaries from outside.
func framed(path string) bool {
	return strings.HasPrefix(path, "shared/cli/") ||
		strings.HasPrefix(path, "shared/sibling/passthrough") ||
		strings.HasPrefix(path, "testscripts/")
}

func TestOnlyTheFrameTouchesTheProcess(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.work")); err != nil {
		t.Skip("this module stands alone: the others cannot be looked at")
	}
	seen := 0
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if name == "node_modules" || name == "testdata" || name == "vendor" || path != root && strings.HasPrefix(name, ".") {
				return fs.SkipDir
			}
			return nil
		}
		slashed, err := filepath.Rel(root, path)
		slashed = filepath.ToSlash(slashed)
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || framed(slashed) {
			return err
		}
		seen++
		checkFile(t, path, slashed)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
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
	// What go generate runs is no part of the tool.
	generator := file.Name.Name == "main" && strings.Contains(name, "/internal/")
	if ast.IsGenerated(file) || generator {
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
