package scaffold

import (
	"bytes"
	"encoding/json"
	"strings"
)

func packageJSON(name, sdkRange string) ([]byte, error) {
	type scripts struct {
		Dev   string `json:"dev"`
		Build string `json:"build"`
		Start string `json:"start"`
	}
	type dependencies struct {
		Arkor string `json:"arkor"`
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", strings.Repeat(" ", 2))
	err := enc.Encode(struct {
		Name            string       `json:"name"`
		Private         bool         `json:"private"`
		Type            string       `json:"type"`
		Scripts         scripts      `json:"scripts"`
		DevDependencies dependencies `json:"devDependencies"`
	}{name, true, "module", scripts{"arkor dev", "arkor build", "arkor start"}, dependencies{sdkRange}})
	return out.Bytes(), err
}
