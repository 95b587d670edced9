// Command arkor-auth knows who you are.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-auth/authcmd"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/telemetry"
)

func main() {
	os.Exit(cli.Main(authcmd.New, telemetry.Observe))
}
