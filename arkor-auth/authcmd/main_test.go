package authcmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// The test binary plays arkor-auth when it is started by that name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "arkor-auth" {
		os.Exit(cli.Main(New))
	}
	os.Exit(m.Run())
}
