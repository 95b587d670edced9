//go:build unix

package testscripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// served is an endpoint as its callers know it.
type served struct {
	Slug    string `json:"slug"`
	URL     string `json:"url"`
	Key     string `json:"key,omitempty"`
	Revoked string `json:"revoked,omitempty"`
}

// TestOpenAIClients lets the official clients talk to endpoints that answer with
// what was just trained, unchanged.
func TestOpenAIClients(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip(err)
	}
	f := newFolder(t)
	f.environ = append(f.environ, "NO_COLOR=1")
	t.Cleanup(func() { stopBackend(f.environ) })
	p := &runtimeProject{folder: f, dir: filepath.Join(f.root, "demo")}
	f.run(f.root, filepath.Join(binaries, "arkor"), "init", "demo", "--template", "blank", "-y", "--skip-git")
	if stdout, stderr, status := p.start(training("")); status != 0 {
		t.Fatalf("start: %s%s", stdout, stderr)
	}
	m := newManagement(t, f)

	adapter := func(kind string) map[string]any {
		adapter := map[string]any{"kind": kind, "jobId": m.job}
		if kind == "checkpoint" {
			adapter["step"] = 2
		}
		return map[string]any{"kind": "adapter", "adapter": adapter}
	}
	keyed := m.publish("tuned", adapter("final"), "fixed_api_key")
	other := m.publish("early", adapter("checkpoint"), "fixed_api_key")
	disabled := m.publish("paused", adapter("final"), "fixed_api_key")
	open := m.publish("plain", map[string]any{"kind": "base_model", "baseModel": "arkor/tiny"}, "none")
	m.ask("DELETE", "/v1/endpoints/"+m.ids["tuned"]+"/keys/"+m.revoke(&keyed), nil, nil)
	m.ask("PATCH", "/v1/endpoints/"+m.ids["paused"], map[string]any{"enabled": false}, nil)
	unknown := served{Slug: "nobody", URL: strings.Replace(keyed.URL, "tuned", "nobody", 1), Key: keyed.Key}

	t.Run("npm", func(t *testing.T) {
		if out, err := f.try(f.root, "npm", "install", "--no-audit", "--no-fund", "--prefix", f.root, "openai@7.57.0"); err != nil {
			t.Skipf("the client cannot be fetched: %v\n%s", err, out)
		}
		script, err := os.ReadFile("openai/client.mjs")
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(map[string]any{"keyed": keyed, "open": open, "other": other, "disabled": disabled, "unknown": unknown})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string][]byte{"client.mjs": script, "endpoints.json": data} {
			if err := os.WriteFile(filepath.Join(f.root, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := f.try(f.root, "node", "client.mjs"); err != nil || out != "ok\n" {
			t.Errorf("%v\n%s", err, out)
		}
		documented(t, f, p.dir)
	})
	t.Run("go", func(t *testing.T) { goClient(t, keyed, other) })
	t.Run("runs", func(t *testing.T) {
		var list struct{ Runs []struct{ Status string } }
		m.ask("GET", "/v1/endpoints/"+m.ids["tuned"]+"/runs", nil, &list)
		if len(list.Runs) < 3 {
			t.Errorf("runs %+v", list.Runs)
		}
	})
}

// documented makes an endpoint, calls it, changes and deletes it as
// docs/endpoints.md says.
func documented(t *testing.T, f *folder, project string) {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	page, err := os.ReadFile("../docs/endpoints.md")
	if err != nil {
		t.Fatal(err)
	}
	shell := regexp.MustCompile("(?s)```sh\n(.*?)```\n").FindAllSubmatch(page, -1)
	program := regexp.MustCompile("(?s)```ts\n(.*?)```\n").FindSubmatch(page)
	if len(shell) != 2 || program == nil {
		t.Fatalf("found %d examples for a shell", len(shell))
	}
	changes := bytes.Replace(shell[1][1], []byte("delete support-bot "), []byte("delete support-bot --yes "), 1)
	if err := os.WriteFile(filepath.Join(f.root, "documented.mjs"), program[1], 0o600); err != nil {
		t.Fatal(err)
	}
	script := "set -e\nPATH=" + binaries + ":$PATH\n" + string(shell[0][1]) +
		"\nnode --env-file=.arkor/support-bot.env ../documented.mjs >answer.txt; test -s answer.txt\n" + string(changes)
	out, err := f.try(project, "bash", "-c", script)
	for _, want := range []string{`"object":"chat.completion"`, `"model":"support-bot"`, "\nrevoked ark_live_", "\ndeleted support-bot\n"} {
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v, no %q in\n%s", err, want, out)
		}
	}
}

// goClient is openai-go.
func goClient(t *testing.T, keyed, other served) {
	ctx := t.Context()
	clientOf := func(url, key string) openai.Client {
		return openai.NewClient(option.WithBaseURL(url), option.WithAPIKey(key), option.WithMaxRetries(0))
	}
	client := clientOf(keyed.URL, keyed.Key)
	params := openai.ChatCompletionNewParams{
		Model: "any", Temperature: openai.Float(0), MaxCompletionTokens: openai.Int(24), Seed: openai.Int(1),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("Answer shortly."), openai.UserMessage("My parcel is late.")},
	}
	whole, err := client.Chat.Completions.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	stream := client.Chat.Completions.NewStreaming(ctx, params)
	var streamed openai.ChatCompletionAccumulator
	for stream.Next() {
		if !streamed.AddChunk(stream.Current()) {
			t.Errorf("a chunk that does not fit: %s", stream.Current().RawJSON())
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if got, want := streamed.Choices[0].Message.Content, whole.Choices[0].Message.Content; got != want {
		t.Errorf("streamed %q, whole %q", got, want)
	}
	models, err := client.Models.List(ctx)
	if err != nil || len(models.Data) != 1 || models.Data[0].ID != keyed.Slug {
		t.Errorf("models %+v, %v", models, err)
	}
	foreign := clientOf(keyed.URL, other.Key)
	_, err = foreign.Chat.Completions.New(ctx, params)
	var refused *openai.Error
	if !errors.As(err, &refused) || refused.StatusCode != 401 || refused.Code != "invalid_api_key" {
		t.Errorf("another endpoint's key: %v", err)
	}
	raw, err := client.Completions.New(ctx, openai.CompletionNewParams{
		Model: "any", Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("Once upon a time")}, MaxTokens: openai.Int(3),
	})
	if err != nil || raw.Usage.CompletionTokens > 3 {
		t.Errorf("%+v, %v", raw, err)
	}
	schema := map[string]any{
		"type": "object", "additionalProperties": false, "required": []string{"urgency"},
		"properties": map[string]any{"urgency": map[string]any{"type": "string", "enum": []string{"low", "high"}}},
	}
	urgent := func(text string) {
		t.Helper()
		var value map[string]string
		if err := json.Unmarshal([]byte(text), &value); err != nil || len(value) != 1 || value["urgency"] != "low" && value["urgency"] != "high" {
			t.Errorf("%q is not of the schema: %v", text, err)
		}
	}
	params.MaxCompletionTokens = openai.Int(200)
	formed := params
	formed.ResponseFormat = openai.ChatCompletionNewParamsResponseFormatUnion{OfJSONSchema: &shared.ResponseFormatJSONSchemaParam{
		JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "ticket", Strict: openai.Bool(true), Schema: schema},
	}}
	if whole, err = client.Chat.Completions.New(ctx, formed); err != nil {
		t.Fatal(err)
	}
	urgent(whole.Choices[0].Message.Content)
	params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "sort", Parameters: schema})}
	for name, choice := range map[string]openai.ChatCompletionToolChoiceOptionUnionParam{
		"required": {OfAuto: openai.String("required")},
		"named":    openai.ToolChoiceOptionFunctionToolChoice(openai.ChatCompletionNamedToolChoiceFunctionParam{Name: "sort"}),
	} {
		params.ToolChoice = choice
		stream := client.Chat.Completions.NewStreaming(ctx, params)
		var called openai.ChatCompletionAccumulator
		for stream.Next() {
			called.AddChunk(stream.Current())
		}
		if err := stream.Err(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		calls := called.Choices[0].Message.ToolCalls
		if len(calls) == 0 || calls[0].Function.Name != "sort" || calls[0].ID == "" {
			t.Fatalf("%s: calls %+v", name, calls)
		}
		urgent(calls[0].Function.Arguments)
	}
}

// management asks the backend as its owner.
type management struct {
	t          *testing.T
	url, token string
	scope      string
	job        string            // the one that was trained
	ids        map[string]string // of endpoints by their slugs
}

func newManagement(t *testing.T, f *folder) *management {
	t.Helper()
	var backend struct{ URL, Token string }
	if err := json.Unmarshal([]byte(f.run(f.root, filepath.Join(binaries, "arkor-backend"), "ensure", "--json")), &backend); err != nil {
		t.Fatal(err)
	}
	m := &management{t: t, url: backend.URL, token: backend.Token, ids: map[string]string{}}
	var projects struct{ Projects []cloud.Project }
	m.scope = "?orgSlug=local"
	m.ask("GET", "/v1/projects", nil, &projects)
	m.scope += "&projectSlug=" + projects.Projects[0].Slug
	var jobs struct{ Jobs []cloud.Job }
	m.ask("GET", "/v1/jobs", nil, &jobs)
	m.job = jobs.Jobs[0].ID
	return m
}

func (m *management) ask(method, path string, body, into any) {
	m.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(m.t.Context(), method, m.url+path+m.scope, bytes.NewReader(data))
	if err != nil {
		m.t.Fatal(err)
	}
	req.Header.Set("X-Arkor-Client", "arkor/1.2.3")
	req.Header.Set("Authorization", "Bearer "+m.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	if data, err = io.ReadAll(res.Body); err != nil || res.StatusCode >= 300 {
		m.t.Fatalf("%s %s: %s %s, %v", method, path, res.Status, data, err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(data, into); err != nil {
		m.t.Fatal(err)
	}
}

func (m *management) publish(slug string, target map[string]any, authMode string) served {
	m.t.Helper()
	var made struct{ Deployment cloud.Endpoint }
	m.ask("POST", "/v1/endpoints", map[string]any{"slug": slug, "target": target, "authMode": authMode}, &made)
	m.ids[slug] = made.Deployment.ID
	s := served{Slug: slug, URL: made.Deployment.URL}
	if authMode != cloud.AuthNone {
		s.Key = m.key(slug).Plaintext
	}
	return s
}

func (m *management) key(slug string) cloud.NewEndpointKey {
	m.t.Helper()
	var made struct{ Key cloud.NewEndpointKey }
	m.ask("POST", "/v1/endpoints/"+m.ids[slug]+"/keys", map[string]string{"label": "production"}, &made)
	return made.Key
}

// revoke makes a key that is to be revoked, and returns its id.
func (m *management) revoke(s *served) (id string) {
	m.t.Helper()
	key := m.key(s.Slug)
	s.Revoked = key.Plaintext
	return key.ID
}
