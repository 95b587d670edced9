// Command write puts the data of the triage template where it belongs. Run it
// through go generate.
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-init/internal/triagedata"
)

func main() {
	for name, data := range triagedata.Files() {
		if err := os.WriteFile(filepath.Join("..", "..", "template", "triage", "data", name), data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
