package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// heavy are the libraries that belong to one binary each. A packager who ships
// the front door and sign-in alone must not even download them.
var heavy = []string{
	"github.com/gomlx/",
	"github.com/nikolalohinski/gonja",
	"modernc.org/sqlite",
	"github.com/evanw/esbuild",
	"github.com/coreos/go-oidc",
	"github.com/go-jose/",
	"github.com/arkorlab/arkor-go/arkor-backend",
	"github.com/arkorlab/arkor-go/arkor-build",
	"github.com/arkorlab/arkor-go/arkor-init",
	"github.com/arkorlab/arkor-go/arkor-studio",
	"github.com/arkorlab/arkor-go/arkor-trainer",
}

func TestFrontDoorAndSignInStaySmall(t *testing.T) {
	t.Parallel()
	root := workspace(t)
	for _, dep := range strings.Fields(goTool(t, root, "list", "-deps", "./arkor/...", "./arkor-auth/...")) {
		refuse(t, "the packages of arkor and arkor-auth", dep)
	}
	// A module is downloaded for being required, even where no package uses it.
	for _, module := range []string{"arkor", "arkor-auth", "shared"} {
		var mod struct{ Require []struct{ Path string } }
		out := goTool(t, filepath.Join(root, module), "mod", "edit", "-json")
		if err := json.Unmarshal([]byte(out), &mod); err != nil {
			t.Fatal(err)
		}
		if len(mod.Require) == 0 {
			t.Errorf("%s/go.mod requires nothing", module)
		}
		for _, require := range mod.Require {
			refuse(t, module+"/go.mod", require.Path)
		}
	}
}

func refuse(t *testing.T, where, path string) {
	t.Helper()
	for _, prefix := range heavy {
		if strings.HasPrefix(path+"/", prefix) {
			t.Errorf("%s must not depend on %s", where, path)
		}
	}
}

func goTool(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

func workspace(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.work")); err != nil {
		t.Skip("this module stands alone: the others cannot be looked at")
	}
	return root
}
