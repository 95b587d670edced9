package corpus

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGenerateIsDeterministicAndGrows(t *testing.T) {
	t.Parallel()
	few, more := Generate(7, 200), Generate(7, 400)
	if diff := cmp.Diff(few, more[:200]); diff != "" {
		t.Error(diff)
	}
}
