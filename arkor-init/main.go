// Command arkor-init starts a project.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-init/initcmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func main() {
	os.Exit(cli.Main(initcmd.New))
}
