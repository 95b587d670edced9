package browser

import (
	"fmt"
	"io"
	"net/http"
	"testing"
)

// B22, Z10: who is anonymous signs in from the page, chooses a project, and signs
// out again.
func TestSignInFromThePage(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	p := visit(t, s, "/", look{})
	p.allow("responded with a status of 401", "responded with a status of 500", "responded with a status of 404")
	p.click("button", "anonymous")
	p.has("dialog", "Account and backend")
	p.see("kept on this machine alone")
	p.click("button", "Sign in")
	p.see("then come back here")
	address := with[string](p, "link", "127.0.0.1", "function () { return this.href }")
	response, err := http.Get(address) // a person would agree there
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	p.has("button", "Sign in as somebody else")
	p.see("This folder has no project yet")
	p.click("button", "Close")
	p.has("button", "oauth")
	if n := f.provider.Count("authorization_code"); n != 1 {
		t.Errorf("%d exchanges", n)
	}
	for _, secret := range f.provider.Secrets() {
		if evaluate[bool](p, `document.documentElement.outerHTML.includes("`+secret+`")`) {
			t.Error("a secret is in the page")
		}
	}
	p.click("button", "oauth")
	p.click("button", "Sign out")
	p.see("you cannot watch them until you sign in again")
	p.has("dialog", "Sign out?")
	p.do(clickIn("Sign out?", "Sign out"))
	p.has("button", "anonymous") // whoever comes next is
	p.click("button", "anonymous")
	p.click("button", "Sign out")
	p.see("An anonymous identity cannot be restored")
	p.click("button", "Stay signed in")
}

// U14: what a backend says of this release is shown until it is dismissed.
func TestDeprecationBanner(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	f.on("*", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Deprecation", "true")
		w.Header().Set("Warning", `299 - "Upgrade <b>soon</b>"`)
		w.Header().Set("Sunset", "Wed, 31 Dec 2031 23:59:59 GMT")
		w.Header().Set("X-Go-On", "1")
	})
	p := visit(t, s, "/#/playground", look{})
	p.see("Upgrade <b>soon</b>", "31 Dec 2031")
	p.click("button", "Dismiss")
	p.unsee("Upgrade <b>soon</b>")
	p.goTo("/#/jobs")
	p.has("heading", "Jobs")
	p.unsee("Upgrade <b>soon</b>")
}

// EP9: keys that cannot be loaded are missed in their card alone.
func TestKeysFailAlone(t *testing.T) {
	t.Parallel()
	s, f := serveFronted(t)
	p := visit(t, s, "/#/endpoints", look{})
	p.allow("responded with a status of 500")
	p.click("button", "New endpoint")
	p.click("button", "Base model")
	p.see("Arkor Tiny")
	p.fill("textbox", "Name in the address", "desk")
	p.click("button", "Create endpoint")
	p.has("link", "desk")
	id := with[string](p, "link", "desk", `function () { return this.hash.split("/").pop() }`)
	f.on("GET /v1/endpoints/"+id+"/keys", refuse(500))
	p.click("link", "desk")
	p.see("Failed to load the keys", "the test says no", "Disable")
	f.on("GET /v1/endpoints/"+id+"/keys", nil)
	p.click("button", "Try again")
	p.see("No keys yet.")

	// Where the focus goes when the button that had it is gone.
	p.newKey("phones")
	p.click("button", "I've saved it")
	p.click("button", "Revoke phones")
	p.click("button", "Revoke")
	p.see("revoked")
	p.untilTrue("the focus in the card", `document.activeElement.closest(".keys-card") !== null`)
}

// FM6: where copying is forbidden, the text is selected instead.
func TestCopyIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	p := visit(t, s, "/", look{})
	p.see("No jobs yet")
	evaluate[string](p, `navigator.clipboard.writeText = () => Promise.reject(new Error("no")), ""`)
	p.click("button", "Copy arkor start")
	p.untilTrue("the command selected", `getSelection().toString() === "arkor start"`)
}

// U15, JD16: the tab's icon says that a job runs; a hidden tab gives its
// connections to others, and reads on when it is seen.
func TestHiddenTab(t *testing.T) {
	t.Parallel()
	s := serve(t, newProject(t))
	if err := s.write(endless); err != nil {
		t.Fatal(err)
	}
	p := visit(t, s, "/", look{})
	p.run("endless")
	p.untilTrue("the icon", `document.querySelector("link[rel=icon]").href.startsWith("data:")`)
	p.see("step=8 ")
	const hide = `Object.defineProperty(document, "hidden", { configurable: true, get: () => %s }), document.dispatchEvent(new Event("visibilitychange")), ""`
	evaluate[string](p, fmt.Sprintf(hide, "true"))
	evaluate[string](p, `new BroadcastChannel("arkor-studio-streams").postMessage(null), ""`) // another tab reads
	p.untilTrue("closed streams", `performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/stream?job=")).length >= 1`)
	evaluate[string](p, fmt.Sprintf(hide, "false"))
	p.see("step=20 ")
	if n := evaluate[int](p, `[...document.querySelectorAll(".log-rows *, [role=log] *")].filter((row) => row.textContent === "step=8").length`); n > 1 {
		t.Errorf("an event came %d times", n)
	}
	p.click("button", "Cancel job")
	p.click("button", "Cancel the job")
	p.see("Cancelled")
	p.untilTrue("the usual icon", `!document.querySelector("link[rel=icon]").href.startsWith("data:")`)
}
