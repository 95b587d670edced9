package browser

import (
	"strings"
	"testing"
)

// newEndpoint makes an endpoint for what a project has trained last, and goes
// to it.
func (p *page) newEndpoint(slug string) {
	p.t.Helper()
	p.click("button", "New endpoint")
	p.see("Step 6") // what could answer is there
	p.fill("textbox", "Name in the address", slug)
	p.click("button", "Create endpoint")
	p.click("link", slug)
	p.has("heading", slug)
}

// newKey issues a key and returns it.
func (p *page) newKey(label string) string {
	p.t.Helper()
	p.fill("textbox", "Label of the new key", label)
	p.click("button", "Issue key")
	p.see("Save this key now.")
	return evaluate[string](p, `document.querySelector(".fresh-key code").textContent`)
}

// An endpoint is made, gets a key that is told once, and ends.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	p := visit(t, s, "/#/endpoints", look{})
	p.newEndpoint("hotline")
	key := p.newKey("phones")

	// Leaving with the key unsaved is asked about.
	p.click("link", "Jobs")
	p.see("The new key is shown only this once.")
	p.click("button", "Stay")
	p.unsee("The new key is shown only this once.")
	p.see(key)

	p.reload() // the browser's own question is answered with yes
	p.see("phones", "never")
	if strings.Contains(evaluate[string](p, "document.documentElement.outerHTML"), key) {
		t.Error("the key is told a second time")
	}
	p.click("button", "Revoke phones")
	p.see("Whoever uses this key is refused")
	p.click("button", "Revoke")
	p.see("revoked")

	p.click("button", "Disable")
	p.see("Disabled")
	p.click("button", "Delete")
	p.see("Delete hotline?")
	p.has("dialog", "Delete hotline?")
	p.click("button", "Delete")
	p.has("heading", "Endpoints")
	p.unsee("hotline")
}

// EP6: a name that is taken is said in the form, which keeps what was typed.
func TestTakenName(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	p := visit(t, s, "/#/endpoints", look{})
	p.allow("responded with a status of 409")
	p.click("button", "New endpoint")
	p.see("Step 6")
	p.fill("textbox", "Name in the address", "Support-Desk")
	p.see("has an endpoint of that name")
	p.click("button", "Create endpoint")
	p.see("The endpoint was not created")
	if got := with[string](p, "textbox", "Name in the address", "function () { return this.value }"); got != "support-desk" {
		t.Errorf("the name is now %q", got)
	}
}
