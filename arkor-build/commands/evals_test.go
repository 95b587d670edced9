package commands

import (
	"strings"
	"testing"
)

const attaches = `[Symbol.for("arkor.trainer.attach")]({ evals }) { console.log("evals:", evals.map(({ name }) => name).join(" ")); }`

// V2: the runner hands the evals of the manifest to the trainer.
func TestEvalsAreAttached(t *testing.T) {
	t.Parallel()
	takes := trainer(attaches)
	tests := []struct{ name, entry, evals string }{
		{"one", `export const arkor = { _kind: "arkor", trainer: ` + takes + `, eval: { name: "a" } };`, "a"},
		{"several", `export const arkor = { _kind: "arkor", trainer: ` + takes + `, eval: [{ name: "a" }, { name: "b" }] };`, "a b"},
		{"default manifest", `export default { _kind: "arkor", trainer: ` + takes + `, eval: [{ name: "a" }] };`, "a"},
		{"manifest beside the trainer", `export const arkor = { _kind: "arkor", eval: { name: "a" } }; export const trainer = ` + takes + `;`, "a"},
		{"no manifest", `export const trainer = ` + takes + `; export const arkor = null;`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := start(t, test.entry)
			expect(t, got, built+"evals: "+test.evals+"\n"+ran, 0)
			if got.stderr != "" {
				t.Errorf("stderr: %s", got.stderr)
			}
		})
	}
}

// V2: a trainer that cannot take evals runs all the same.
func TestTrainerWithoutEvals(t *testing.T) {
	t.Parallel()
	got := start(t, `export const arkor = { _kind: "arkor", trainer: `+trainer()+`, eval: [{ name: "a" }, { name: "b" }] };`)
	expect(t, got, built+ran, 0)
	if !strings.HasPrefix(got.stderr, "arkor start: warning: the evals are left out: ") || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("stderr: %s", got.stderr)
	}
}
