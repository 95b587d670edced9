package process

import (
	"strings"
	"testing"
)

func TestLastWords(t *testing.T) {
	t.Parallel()
	for log, want := range map[string]string{
		"":                     "",
		"\n \n":                "",
		"first\nlast\n\n":      "last",
		"half a l\xffine":      "half a line",
		"\x1b[31mred\tink\r\n": "[31mred ink",
		"arkor-trainer: no model\nhint: pull one\n":                                        "arkor-trainer: no model",
		"loading\nfatal error: runtime: out of memory\n\ngoroutine 1 [running]:\n\tx.go:1": "fatal error: runtime: out of memory",
		"panic: a [recovered]\n\tpanic: b\n\ngoroutine 1 [running]:\nmain.main()\n":        "panic: a [recovered]",
		strings.Repeat("x", 2*maxWords):                                                    strings.Repeat("x", maxWords) + "…",
	} {
		if got := LastWords([]byte(log)); got != want {
			t.Errorf("%q: %q, want %q", log, got, want)
		}
	}
}
