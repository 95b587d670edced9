package export

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// writeModelfile writes what "ollama create" asks for. Ollama's templates are in
// Go's language, and it recognises few of the Jinja ones in GGUF files by
// itself; where the tokens of the turns are known, it gets its own.
func (x *exporter) writeModelfile() error {
	var b strings.Builder
	fmt.Fprintf(&b, "FROM ./%s\n", x.fileName())
	turn := func(text string) bool { _, ok := x.tok.Special(text); return ok }
	switch {
	case turn("<|im_start|>") && turn("<|im_end|>"):
		b.WriteString(`TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
PARAMETER stop <|im_end|>
`)
	case turn("<|start_header_id|>") && turn("<|eot_id|>"):
		b.WriteString(`TEMPLATE """{{- range .Messages }}<|start_header_id|>{{ .Role }}<|end_header_id|>

{{ .Content }}<|eot_id|>{{ end }}<|start_header_id|>assistant<|end_header_id|>

"""
PARAMETER stop <|eot_id|>
`)
	}
	if system := x.template.DefaultSystem(); system != "" && !strings.Contains(system, `"""`) {
		fmt.Fprintf(&b, "SYSTEM \"\"\"%s\"\"\"\n", strings.TrimSpace(system))
	}
	fmt.Fprintf(&b, "PARAMETER num_ctx %d\n", min(x.base.Config.MaxPositions, 8192))
	return wholefile.Write(filepath.Join(x.Dir, "Modelfile"), []byte(b.String()), 0o644)
}
