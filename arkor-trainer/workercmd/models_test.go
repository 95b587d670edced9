package workercmd

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModelsListsTheBuiltinOne(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := runIn(t.Context(), t.TempDir(), nil, "models", "--json")
	if status != 0 {
		t.Fatal(stderr)
	}
	var list struct{ Models []modelInfo }
	if err := json.Unmarshal([]byte(stdout), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Models) != 1 {
		t.Fatalf("%s%s", stdout, stderr)
	}
	want := modelInfo{
		ID: "arkor/tiny", DisplayName: "Arkor Tiny (for trying the tool out)", Parameters: list.Models[0].Parameters,
		Limits:       modelLimits{MaxLength: 512, MaxBatchSize: 64, MaxLoraR: 64},
		Capabilities: modelCapabilities{Train: true, Infer: true, Tools: true, StructuredOutputs: true},
	}
	if diff := cmp.Diff([]modelInfo{want}, list.Models); diff != "" {
		t.Error(diff)
	}
}
