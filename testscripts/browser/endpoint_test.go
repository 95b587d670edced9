package browser

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// playEndpoint lets the backend have one endpoint, with one key, and keeps what
// is sent to change it.
func (b *played) playEndpoint(id string) (sent func() []string) {
	fields := map[string]any{
		"id": id, "slug": "desk", "orgId": "o", "projectId": "p", "target": map[string]any{"kind": "base_model", "baseModel": "m"}, "authMode": "fixed_api_key",
		"urlFormat": "openai_compat", "enabled": true, "customDomain": nil, "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
		"runRetentionMode": "days", "runRetentionDays": 7,
	}
	var bodies []string
	answer := func(w http.ResponseWriter) {
		_ = json.NewEncoder(w).Encode(map[string]any{"deployment": fields})
	}
	b.on("GET /v1/endpoints/"+id, func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		answer(w)
	})
	b.on("PATCH /v1/endpoints/"+id, func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		_ = json.Unmarshal(body, &fields)
		answer(w)
	})
	key := func(n int) string {
		return fmt.Sprintf(`{"id":"k_%d","label":"key %d","prefix":"ark_%d","enabled":true,"createdAt":"2026-01-01T00:00:00.000Z","lastUsedAt":null`, n, n, n)
	}
	b.say("GET /v1/endpoints/"+id+"/keys", 200, `{"keys":[`+key(1)+`}]}`)
	b.say("POST /v1/endpoints/"+id+"/keys", 201, `{"key":`+key(2)+`,"plaintext":"ark_2_secret"}}`)
	return func() []string {
		b.mu.Lock()
		defer b.mu.Unlock()
		return append([]string(nil), bodies...)
	}
}

// EP13, EP17, EP18: each change is sent alone, and the page shows what came of it.
func TestEndpointSettings(t *testing.T) {
	t.Parallel()
	s, b := play(t, playedJob{ID: "0123456789", Name: "done", Status: "completed"})
	sent := b.playEndpoint("e_1")
	p := visit(t, s, "/#/endpoints/e_1", look{})
	p.allow(notThere)
	p.has("heading", "desk")
	p.click("button", "Disable")
	p.see("Disabled")
	p.click("button", "Enable")
	p.choose("Who may call it", "Public")
	p.see("keys are not enforced", "Anybody who knows the address can use it")
	p.choose("Who may call it", "API key")
	p.unsee("keys are not enforced")
	p.fill("spinbutton", "Days", "30")
	p.click("button", "Save")
	p.untilTrue("days that are kept", `document.querySelector("input.days").value === "30" && ![...document.querySelectorAll("button")].some((one) => one.textContent === "Save")`)
	p.choose("How long chats are kept", "For ever")
	p.click("button", "Save")
	p.untilTrue("what is kept", `document.querySelector("input.days") === null && ![...document.querySelectorAll("button")].some((one) => one.textContent === "Save")`)
	p.click("button", "Change what answers")
	p.click("button", "Adapter")
	p.click("button", "Save")
	p.see("Final adapter (job 01234567)")
	want := []string{
		`{"enabled":false}`, `{"enabled":true}`, `{"authMode":"none"}`, `{"authMode":"fixed_api_key"}`, `{"runRetentionMode":"days","runRetentionDays":30}`,
		`{"runRetentionMode":"unlimited"}`, `{"target":{"kind":"adapter","adapter":{"kind":"final","jobId":"0123456789"}}}`,
	}
	if got := sent(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sent %q\nwant %q", got, want)
	}
}

// EP9: an endpoint that is not there is said to be so, with a way back. EP14,
// EP15: who holds a key that is told once can make no second, and is reminded of
// it before the endpoint goes; what was accepted to be lost is not asked about.
func TestKeyAtRisk(t *testing.T) {
	t.Parallel()
	s, b := play(t)
	b.playEndpoint("e_1")
	b.say("GET /v1/endpoints", 200, `{"deployments":[{"id":"e_1","slug":"desk","orgId":"o","projectId":"p","target":{"kind":"base_model","baseModel":"m"},"authMode":"none",
		"urlFormat":"openai_compat","enabled":false,"createdAt":"c","updatedAt":"u"}]}`)
	p := visit(t, s, "/#/endpoints/gone", look{})
	p.allow(notThere)
	p.see("No endpoint to show", "Failed to load the endpoint")
	p.unsee("API keys")
	p.click("link", "Back to endpoints")
	p.has("heading", "Endpoints")
	p.untilTrue("its row", `document.querySelector(".endpoint-list li")?.innerText.replace(/\s+/g, " ") === "desk Base model: m Public N/A Disabled"`) // EP1, EP2
	p.click("link", "desk")
	p.see("key 1", "ark_1…")
	p.newKey("phones")
	p.see("key 2", "ark_2…") // EP16: behind those that are there
	p.fill("textbox", "Label of the new key", "another")
	if !with[bool](p, "button", "Issue key", "function () { return this.disabled }") {
		t.Error("a second key can be made")
	}
	p.press(enter) // nor with the keyboard
	p.click("button", "Delete")
	p.see("The key that is on screen is lost with it.")
	b.on("DELETE /v1/endpoints/e_1", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	p.do(clickIn("Delete desk?", "Delete"))
	p.has("heading", "Endpoints")
	p.unsee("shown only this once")
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.asked["POST /v1/endpoints/e_1/keys"]; n != 1 {
		t.Errorf("%d keys were issued", n)
	}
}
