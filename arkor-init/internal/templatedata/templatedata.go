// Package templatedata knows which generator writes the data of which template.
package templatedata

//go:generate go run ./write

import (
	"github.com/arkorlab/arkor-go/arkor-init/internal/redactiondata"
	"github.com/arkorlab/arkor-go/arkor-init/internal/translatedata"
	"github.com/arkorlab/arkor-go/arkor-init/internal/triagedata"
)

// Files returns train.jsonl and heldout.jsonl of every template whose data is
// generated, by the template's id and then by name.
func Files() map[string]map[string][]byte {
	return map[string]map[string][]byte{
		"redaction": redactiondata.Files(),
		"triage":    triagedata.Files(),
		"translate": translatedata.Files(),
	}
}
