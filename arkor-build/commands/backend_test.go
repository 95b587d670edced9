package commands

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-build/internal/projecttest"
)

// --backend outranks every other setting, for whatever asks: arkor-auth, and
// the package arkor where that is missing.
func TestBackendOutranksTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `console.log(process.env.ARKOR_BACKEND, process.env.ARKOR_CLOUD_API_URL);
export const arkor = { _kind: "arkor", trainer: `+trainer()+`, eval: { name: "e" } };`)
	projecttest.Write(t, dir, "-- .env --\nARKOR_BACKEND=local\n")
	other := []string{"ARKOR_BACKEND=cloud", "ARKOR_CLOUD_API_URL=https://other.test"}
	const want = "https://team.test/arkor/ https://team.test/arkor\n"
	expect(t, run(t, dir, other, "start", "--backend", "https://team.test/arkor/", "--env-file", ".env"), built+want+ran, 0)
	got := run(t, dir, other, "eval", "--backend=https://team.test/arkor/", "--json")
	contains(t, "stderr", got.stderr, want)
	expect(t, run(t, dir, nil, "start", "--backend", "cloud"), "cloud https://api.arkor.ai\n"+ran, 0)
	expect(t, run(t, dir, other, "start"), "cloud https://other.test\n"+ran, 0)

	c := startCloud(t, completed)
	dir = cloudProject(t, "")
	got = run(t, dir, []string{"ARKOR_TOKEN=t", "ARKOR_CLOUD_API_URL=http://127.0.0.1:1"}, "start", "--backend", c.url)
	expect(t, got, built+"Started job j1\nJob j1 finished with status=completed\n", 0)
}

func TestBackendsThatAreNone(t *testing.T) {
	t.Parallel()
	dir := entryProject(t, `console.log("loaded"); export const trainer = `+trainer()+`;`)
	for _, command := range []string{"start", "eval"} {
		for value, want := range map[string]string{
			"moon":               `"moon" is not an address`,
			"http://team.test":   "http://team.test would send the token unencrypted; use https://",
			"https://a:b@c.test": "the address must not contain a user name or password",
		} {
			got := run(t, dir, nil, command, "--backend", value)
			expect(t, got, "", 1)
			if want := "arkor " + command + ": --backend: " + want + "\nhint: a backend is `local`, `cloud`, or the https:// address of a server\n"; got.stderr != want {
				t.Errorf("%s: stderr:\n%swant:\n%s", value, got.stderr, want)
			}
		}
		// The token in the environment is not for another backend.
		got := run(t, dir, []string{"ARKOR_TOKEN=t"}, command, "--backend", "local")
		expect(t, got, "", 1)
		contains(t, "stderr", got.stderr, "arkor "+command+": the local backend cannot be asked: arkor-auth is not installed\nhint: install arkor-auth beside ")
	}
	got := run(t, dir, nil, "start", "--json", "--backend", "moon")
	expect(t, got, `{"type":"error","message":"--backend: \"moon\" is not an address","hint":"a backend is `+"`local`, `cloud`"+`, or the https:// address of a server"}`+"\n", 1)
	if _, err := os.Stat(filepath.Join(dir, ".arkor")); !os.IsNotExist(err) {
		t.Errorf("something was built: %v", err)
	}
	expect(t, run(t, dir, []string{"ARKOR_AUTH_BIN=/mine"}, "start", "--backend", "local"), built+"loaded\n"+ran, 0)
}
