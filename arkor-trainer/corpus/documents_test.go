package corpus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentsAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	documents := Documents(1, 300)
	if diff := cmp.Diff(documents[:200], Documents(1, 200)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(documents, Documents(2, 300)) {
		t.Error("another seed gives the same documents")
	}
	objects := 0
	for _, text := range documents {
		if strings.HasPrefix(text, "{") {
			objects++
		}
	}
	if objects < 100 {
		t.Errorf("%d of %d are JSON objects", objects, len(documents))
	}
}
