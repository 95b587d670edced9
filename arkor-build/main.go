// Command arkor-build bundles a project's trainer and runs it.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-build/commands"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/telemetry"
)

func main() {
	os.Exit(cli.Main(commands.New, telemetry.Observe))
}
