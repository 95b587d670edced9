// Command arkor-init starts a project.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-init/initcmd"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/telemetry"
)

func main() {
	os.Exit(cli.Main(initcmd.New, telemetry.Observe))
}
