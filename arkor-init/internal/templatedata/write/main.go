// Command write puts the data of the templates where it belongs. Run it through
// go generate.
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-init/internal/templatedata"
)

func main() {
	for id, files := range templatedata.Files() {
		for name, data := range files {
			path := filepath.Join("..", "..", "template", id, "data", name)
			if err := os.WriteFile(path, data, 0o644); err != nil {
				log.Fatal(err)
			}
		}
	}
}
