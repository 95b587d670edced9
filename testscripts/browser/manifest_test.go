package browser

import "testing"

// broken is the browser's own line about what the server cannot say of a project
// with a mistake in it.
const broken = "responded with a status of 400"

// A mistake in src/arkor/ is shown as it is saved, and is gone when it is mended.
func TestBrokenProject(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(`name: "whole",`); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.allow(broken)
	p.has("button", "Run training: whole")

	if err := s.writeEntry("export const trainer = {;\n"); err != nil {
		t.Fatal(err)
	}
	p.see("Couldn't read manifest", "src/arkor/index.ts:1:24", "export const trainer = {;")
	p.see("whole") // what it was
	for _, button := range []string{"Run training", "Dry run"} {
		if !with[bool](p, "button", button, "function () { return this.disabled }") {
			t.Errorf("%s can be pressed", button)
		}
	}

	if err := s.writeEntry("export {};\n"); err != nil {
		t.Fatal(err)
	}
	p.see("There is no trainer in this project yet")
	p.unsee("Couldn't read manifest")

	if err := s.write(`name: "mended",`); err != nil {
		t.Fatal(err)
	}
	p.has("button", "Run training: mended")
	p.unsee("There is no trainer")
}
