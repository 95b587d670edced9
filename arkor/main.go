// Command arkor finds and runs the arkor-<name> binary behind each command.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor/dispatch"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func main() {
	os.Exit(cli.Process(dispatch.Run))
}
