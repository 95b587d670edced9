// Package builtin holds the model that is part of the program.
package builtin

import (
	"embed"
	"io/fs"
)

// ID is the name of the builtin model.
const ID = "arkor/tiny"

//go:embed tiny
var files embed.FS

// Tiny returns the folder of the model arkor/tiny, laid out as on Hugging Face:
// config.json, tokenizer.json, tokenizer_config.json, model.safetensors and
// generation_config.json.
func Tiny() fs.FS {
	tiny, err := fs.Sub(files, "tiny")
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return tiny
}
