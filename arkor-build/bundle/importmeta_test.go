package bundle

import (
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// B15 and better: which modules get an import.meta of their own.
func TestImportMetaIsReplacedWhereItIsCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, code string
		replaced         bool
	}{
		{"a property", "x.ts", `console.log(import.meta.url);`, true},
		{"the object", "x.mjs", `const { url } = import.meta; console.log(url);`, true},
		{"broken over lines", "x.ts", "console.log(import\n  .meta.url);", true},
		{"beside parameter decorators", "x.ts", `function inject(...all: unknown[]) {} export class A { constructor(@inject b: string) { console.log(import.meta.url, b); } } new A("");`, true},
		{"beside JSX", "x.tsx", `const h = (...all: unknown[]) => all; console.log(/* @jsx h */ <a href={import.meta.url} />);`, true},
		{"nobody uses the function", "x.ts", `export const unused = () => import.meta.url; console.log(1);`, false},
		{"a comment", "x.ts", "// import.meta\nconsole.log(1); /* import.meta */", false},
		{"a string", "x.cjs", `module.exports = "import.meta";`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := projecttest.New(t, `
-- tsconfig.json --
{"compilerOptions": {"experimentalDecorators": true, "jsxFactory": "h"}}
-- src/arkor/index.ts --
import "./`+test.file+`";
-- src/arkor/`+test.file+` --
`+test.code+"\n")
			b := make1(t, dir)
			code := string(b.Code)
			if len(b.Warnings) > 0 {
				t.Errorf("warnings: %v", b.Warnings)
			}
			if strings.HasPrefix(code, metaBanner) != test.replaced || strings.Contains(code, `make("../../src/arkor/`+test.file+`")`) != test.replaced {
				t.Errorf("replaced is not %v:\n%s", test.replaced, code)
			}
			if strings.Contains(code, moduleMeta) {
				t.Errorf("a name without a definition is left:\n%s", code)
			}
		})
	}
}
