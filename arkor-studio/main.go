// Command arkor-studio serves the local web page that watches trainings.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-studio/devcmd"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/telemetry"
)

func main() {
	os.Exit(cli.Main(devcmd.New, telemetry.Observe))
}
