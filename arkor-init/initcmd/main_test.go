package initcmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// The test binary plays arkor-init when it is started by that name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "arkor-init" {
		os.Exit(cli.Main(New))
	}
	os.Exit(m.Run())
}
