// Command arkor-auth knows who you are.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-auth/authcmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func main() {
	os.Exit(cli.Main(authcmd.New))
}
