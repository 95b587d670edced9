package runner

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/shared/vectortest"
)

// The runner finds the trainer that the SDK finds.
func TestManifestVectors(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	type in struct {
		Exports map[string]json.RawMessage `json:"exports"` // described: see make
	}
	type out struct {
		Trainer *string `json:"trainer"` // name
	}
	cases := vectortest.Read[in, out](t, "manifest.json")
	var all []in
	for _, v := range cases {
		all = append(all, v.In)
	}
	request, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs("js/trainer.mjs")
	if err != nil {
		t.Fatal(err)
	}
	const program = `
import { pathToFileURL } from "node:url";
const { findTrainer } = await import(pathToFileURL(process.argv[1]).href);
const methods = (name) => ({ name, start() {}, wait() {}, cancel() {} });
const makers = {
  trainer: methods,
  instance: (name) => Object.create(methods(name)),
  manifest: (described) => ({ _kind: "arkor", trainer: described ? make(described) : undefined }),
  object: (described) => makeAll(described),
  function: () => () => undefined,
  value: (value) => value,
};
const make = (described) => {
  const [[kind, value]] = Object.entries(described);
  return makers[kind](value);
};
const makeAll = (described) => Object.fromEntries(Object.entries(described).map(([key, value]) => [key, make(value)]));
const found = JSON.parse(process.argv[2]).map(({ exports }) => findTrainer(makeAll(exports))?.name ?? null);
console.log(JSON.stringify(found));
`
	output, err := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", program, source, string(request)).Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []*string
	if err := json.Unmarshal(output, &found); err != nil || len(found) != len(cases) {
		t.Fatalf("%s: %v", output, err)
	}
	show := func(name *string) string {
		if name == nil {
			return "none"
		}
		return *name
	}
	for i, v := range cases {
		if show(found[i]) != show(v.Out.Trainer) {
			t.Errorf("%s: found %s, want %s", v.Name, show(found[i]), show(v.Out.Trainer))
		}
	}
}
