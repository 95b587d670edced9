// Command arkor-backend is the training backend on your own machine.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-backend/backendcmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func main() {
	os.Exit(cli.Main(backendcmd.New))
}
