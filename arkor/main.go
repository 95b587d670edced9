// Command arkor finds and runs the arkor-<name> binary behind each command.
package main

import (
	"os"

	"github.com/arkorlab/arkor-go/arkor/dispatch"
)

func main() {
	os.Exit(dispatch.Main())
}
