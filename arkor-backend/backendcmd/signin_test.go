package backendcmd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/openidtest"
)

func TestSignInFlags(t *testing.T) {
	t.Parallel()
	issuer := []string{"--oidc-issuer", "https://login.test"}
	client := append(issuer, "--oidc-client", "c", "--oidc-audience", "a")
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--oidc-client", "c"}, "--oidc-client needs --oidc-issuer"},
		{[]string{"--oidc-audience", "a"}, "--oidc-audience needs --oidc-issuer"},
		{[]string{"--oidc-require", "a=b"}, "--oidc-require needs --oidc-issuer"},
		{[]string{"--callback-ports", "1"}, "--callback-ports needs --oidc-issuer"},
		{issuer, "--oidc-issuer needs --oidc-client"},
		{append(issuer, "--oidc-client", "c"), "--oidc-issuer needs --oidc-audience"},
		{[]string{"--oidc-issuer", "http://login.test", "--oidc-client", "c"},
			"--oidc-issuer http://login.test must begin with https:// (or http:// on this machine)"},
		{append(client, "--oidc-require", "groups"), "--oidc-require groups is not of the form CLAIM=VALUE, like groups=ml"},
		{append(client, "--callback-ports", "52521,"), "--callback-ports 52521, is not a list of ports, like 52521,52522"},
		{append(client, "--callback-ports", "any"), "--callback-ports any is not a list of ports, like 52521,52522"},
		{append(client, "--callback-ports", "65536"), "--callback-ports 65536 is not a list of ports, like 52521,52522"},
	} {
		var stdout, stderr bytes.Buffer
		env := cli.Env{Args: append([]string{"serve"}, tc.args...), Dir: t.TempDir(), Stdout: &stdout, Stderr: &stderr}
		status := cli.Run(t.Context(), env, New)
		if diff := cmp.Diff("arkor backend: "+tc.want+"\n", stderr.String()); diff != "" || status != cli.StatusFailed || stdout.Len() > 0 {
			t.Errorf("%q: status %d, stdout %q\n%s", tc.args, status, stdout.String(), diff)
		}
	}
}

// A backend whose provider is away does not start, and says what to look at.
func TestServeWithoutItsProvider(t *testing.T) {
	t.Parallel()
	p := openidtest.Start()
	p.Close()
	m := newMachine(t)
	_, stderr, err := m.run("serve", "--data", string(m.home), "--oidc-issuer", p.Issuer(), "--oidc-client", "c", "--oidc-audience", "a")
	first, hint, _ := strings.Cut(stderr, "\n")
	if err == nil || !strings.HasPrefix(first, "arkor backend: sign-in provider "+p.Issuer()+": ") ||
		hint != "hint: this machine must be able to read "+p.Issuer()+"/.well-known/openid-configuration" {
		t.Errorf("%v\n%s", err, stderr)
	}
}

func TestServeATeam(t *testing.T) {
	t.Parallel()
	p := openidtest.Start()
	t.Cleanup(p.Close)
	m := newMachine(t)
	log, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := m.command("serve", "--data", string(m.home), "--anonymous", "--oidc-issuer", p.Issuer(), "--oidc-client", openidtest.ClientID,
		"--oidc-audience", openidtest.Audience, "--oidc-require", "groups=ml", "--callback-ports", "40001,40002")
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	info := awaitInfo(t, m, cmd)
	client := &cloud.Client{BaseURL: info.URL, Version: "1.0.0"}
	config, err := client.AuthConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	issuer, id, audience, yes := p.Issuer(), openidtest.ClientID, openidtest.Audience, true
	want := cloud.AuthConfig{Auth0Domain: &issuer, ClientID: &id, Audience: &audience, CallbackPorts: []int{40001, 40002}, Anonymous: &yes}
	if diff := cmp.Diff(want, config); diff != "" {
		t.Error(diff)
	}
	client.Token = p.Issue(map[string]any{"groups": "ml"})
	if me, err := client.Me(t.Context()); err != nil || me.Orgs[0].Slug != "team" {
		t.Errorf("%+v, %v", me, err)
	}
	client.Token = p.Issue(nil)
	if me, err := client.Me(t.Context()); err == nil {
		t.Errorf("without the claim: %+v", me)
	}
	if _, err := client.Anonymous(t.Context()); err != nil {
		t.Error(err)
	}
	if _, stderr, err := m.run("stop"); err != nil {
		t.Fatal(err, stderr)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"everybody who has an account at " + p.Issuer() + " and a token that says groups=ml may sign in; they share the organisation \"team\"\n",
		"anybody who can reach this backend gets an anonymous identity, and may train and chat with it\n",
	} {
		if !strings.Contains(string(data), line) {
			t.Errorf("stderr does not say %q:\n%s", line, data)
		}
	}
	for _, secret := range p.Secrets() {
		if strings.Contains(string(data), secret) {
			t.Errorf("stderr has a token:\n%s", data)
		}
	}
}

// awaitInfo waits until a backend that was started says where it is.
func awaitInfo(t *testing.T, m *machine, cmd *exec.Cmd) daemon.Info {
	t.Helper()
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(poll) {
		if info, ok := answering(t.Context(), m.home); ok {
			return info
		}
	}
	t.Fatal("the backend did not start")
	return daemon.Info{}
}
