// Command arkor-trainer trains and generates; the backend starts it.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor-trainer/workercmd"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func main() {
	os.Exit(cli.Main(workercmd.New))
}
