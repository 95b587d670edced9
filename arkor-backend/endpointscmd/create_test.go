package endpointscmd

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// A key goes to stdout, once, and nowhere else (7.22).
func TestCreate(t *testing.T) {
	t.Parallel()
	f := &fake{jobs: []cloud.Job{job("7e1cd6ce", "triage", cloud.Completed)}}
	p, stdout, stderr := f.project()
	target, err := p.target(t.Context(), targetOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.create(t.Context(), cloud.EndpointFields{Slug: "bot", Target: target, AuthMode: cloud.AuthAPIKey}); err != nil {
		t.Fatal(err)
	}
	check(t, "URL=http://127.0.0.1:4000/e/bot/v1\nKEY="+plaintext+"\n", stdout.String())
	check(t, `bot answers with triage (7e1cd6ce); the key is not shown again
Ask it, with KEY set:
  curl http://127.0.0.1:4000/e/bot/v1/chat/completions \
    -H "Authorization: Bearer $KEY" \
    -H 'Content-Type: application/json' \
    -d '{"messages": [{"role": "user", "content": "Hello"}]}'
`, stderr.String())
	check(t, []string{
		`POST /v1/endpoints {"slug":"bot","target":{"kind":"adapter","adapter":{"kind":"final","jobId":"7e1cd6ce"}},"authMode":"fixed_api_key"}`,
		`POST /v1/endpoints/e_new/keys {"label":"first"}`,
	}, f.asked)
}

func TestCreateForEverybody(t *testing.T) {
	t.Parallel()
	f := &fake{}
	p, stdout, stderr := f.project()
	target, err := p.target(t.Context(), targetOptions{base: "arkor/tiny"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	fields := cloud.EndpointFields{Slug: "open", Target: target, AuthMode: cloud.AuthNone, RunRetentionMode: cloud.RetainDisabled}
	if err := p.create(t.Context(), fields); err != nil {
		t.Fatal(err)
	}
	check(t, "URL=http://127.0.0.1:4000/e/open/v1\n", stdout.String())
	check(t, []string{`POST /v1/endpoints {"slug":"open","target":{"kind":"base_model","baseModel":"arkor/tiny"},"authMode":"none","runRetentionMode":"disabled"}`}, f.asked)
	if strings.Contains(stderr.String(), "Bearer") {
		t.Error(stderr.String())
	}
}

func TestCreateForPrograms(t *testing.T) {
	t.Parallel()
	p, stdout, stderr := (&fake{}).project()
	p.json = true
	if err := p.create(t.Context(), cloud.EndpointFields{Slug: "bot", AuthMode: cloud.AuthAPIKey}); err != nil {
		t.Fatal(err)
	}
	text := stdout.String()
	if strings.Count(text, "\n") != 1 || strings.Count(text, plaintext) != 1 || stderr.String() != "" {
		t.Error(text, stderr.String())
	}
}

// An endpoint whose key could not be made is there, and said to be.
func TestCreateWithoutKey(t *testing.T) {
	t.Parallel()
	f := &fake{refusals: map[string]refusal{"POST /v1/endpoints/e_new/keys": {503, `{"error":"come back later"}`}}}
	p, stdout, _ := f.project()
	err := p.create(t.Context(), cloud.EndpointFields{Slug: "bot", AuthMode: cloud.AuthAPIKey})
	check(t, "the endpoint bot is made, but no key: come back later\nhint: `arkor endpoints create-key bot first` makes one", said(err))
	check(t, "", stdout.String())
}

// An interrupt while something is made lets nobody without a key that is there.
func TestInterruptedCreate(t *testing.T) {
	t.Parallel()
	bot := endpoint("bot")
	for name, make := range map[string]func(context.Context, *project) error{
		"create": func(ctx context.Context, p *project) error {
			return p.create(ctx, cloud.EndpointFields{Slug: "bot", AuthMode: cloud.AuthAPIKey})
		},
		"create-key": func(ctx context.Context, p *project) error { return p.createKey(ctx, bot, "ci") },
	} {
		ctx, interrupt := context.WithCancel(t.Context())
		f := &fake{}
		p, stdout, _ := f.project()
		p.session.Client.HTTP.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			interrupt()
			if err := r.Context().Err(); err != nil {
				return nil, err
			}
			return f.RoundTrip(r)
		})
		if err := make(ctx, p); err != nil || strings.Count(stdout.String(), plaintext) != 1 {
			t.Errorf("%s: %v, %s", name, err, stdout)
		}
		// After it nothing is begun.
		f.asked = nil
		if err := make(ctx, p); !errors.Is(err, context.Canceled) || len(f.asked) > 0 {
			t.Errorf("%s: %v, %q", name, err, f.asked)
		}
	}
}

// A backend that does not answer any more may have made what was asked for.
func TestInterruptedWithoutAnswer(t *testing.T) {
	t.Parallel()
	for refusesKeys, want := range map[bool]string{
		false: "the endpoint may be there all the same: `arkor endpoints show bot` tells\n",
		true:  "the endpoint, and a key that nobody knows, may be there all the same: `arkor endpoints show bot` tells\n",
	} {
		f := &fake{}
		p, stdout, stderr := f.project()
		p.farewell = 0
		ctx, interrupt := context.WithCancel(t.Context())
		p.session.Client.HTTP.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if refusesKeys && !strings.HasSuffix(r.URL.Path, "/keys") {
				return f.RoundTrip(r)
			}
			interrupt()
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		err := p.create(ctx, cloud.EndpointFields{Slug: "bot", AuthMode: cloud.AuthAPIKey})
		if !errors.Is(err, context.Canceled) || stdout.String() != "" {
			t.Error(err, stdout)
		}
		check(t, want, stderr.String())
	}
}

// A key that cannot be printed is lost, and said to be.
func TestUnprintedKey(t *testing.T) {
	t.Parallel()
	for _, json := range []bool{true, false} {
		p, _, _ := (&fake{}).project()
		p.json, p.env.Stdout = json, full{}
		err := p.createKey(t.Context(), endpoint("bot"), "ci")
		check(t, "a key was made and is lost: no space left\nhint: `arkor endpoints revoke-key bot ark_live_abcd1234` makes it void", said(err))
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTargets(t *testing.T) {
	t.Parallel()
	dry := job("d_1", "rehearsal", cloud.Completed)
	dry.Config = []byte(`{"model":"arkor/tiny","dryRun":true}`)
	jobs := []cloud.Job{
		job("r_1", "running", cloud.Running), job("f_1", "failed", cloud.Failed), job("c_1", "triage", cloud.Completed), job("c_2", "triage", cloud.Completed), dry,
	}
	step := int64(50)
	for _, tc := range []struct {
		options targetOptions
		step    *int64
		want    string // of the target, or the error
		stderr  string
	}{
		{targetOptions{}, nil, "triage (c_1)", ""}, // the latest that completed
		{targetOptions{job: "c_2"}, nil, "triage (c_2)", ""},
		{targetOptions{job: "running"}, &step, "step 50 of running (r_1)", ""},
		{targetOptions{base: "arkor/tiny"}, nil, "arkor/tiny, as it is", ""},
		{targetOptions{job: "rehearsal"}, nil, "rehearsal (d_1)", "arkor endpoints: job d_1 was a dry run: the model has hardly learned anything\n"},
		{targetOptions{job: "running"}, nil, "job r_1 is running and has no final result yet\n" +
			"hint: `arkor jobs show r_1 --watch` waits for it; --checkpoint STEP takes what it has saved so far", ""},
		{targetOptions{job: "failed"}, nil, "job f_1 is failed and has no final result\n" +
			"hint: --checkpoint STEP takes what it saved; `arkor jobs logs f_1` names the steps", ""},
		{targetOptions{job: "nobody"}, nil, "no job of this project is called \"nobody\"\nhint: `arkor jobs list` shows them", ""},
	} {
		p, _, stderr := (&fake{jobs: jobs}).project()
		target, err := p.target(t.Context(), tc.options, tc.step)
		got := said(err)
		if err == nil {
			got = p.answers(t.Context(), *target)
		}
		check(t, tc.want, got)
		check(t, tc.stderr, stderr.String())
	}
	p, _, _ := (&fake{jobs: jobs}).project()
	_, err := p.target(t.Context(), targetOptions{job: "triage"}, nil)
	if text := said(err); !strings.HasPrefix(text, `2 jobs are called "triage":`) || !strings.HasSuffix(text, "\nhint: name one of them by the beginning of its id") {
		t.Error(text)
	}
	p, _, _ = (&fake{}).project()
	_, err = p.target(t.Context(), targetOptions{}, nil)
	check(t, "no job of this project has completed yet\nhint: `arkor start` trains; --base MODEL answers with a model as it is", said(err))
}

func TestTargetOptions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		options targetOptions
		want    string
	}{
		{targetOptions{base: "m", job: "j"}, "--base is a target of its own: leave --job and --checkpoint out"},
		{targetOptions{base: "m", checkpoint: "1"}, "--base is a target of its own: leave --job and --checkpoint out"},
		{targetOptions{checkpoint: "best"}, `--checkpoint takes the number of a step, not "best"`},
		{targetOptions{checkpoint: "0"}, `--checkpoint takes the number of a step, not "0"`},
		{targetOptions{job: "j", checkpoint: "50"}, ""},
	} {
		_, err := tc.options.check()
		check(t, tc.want, said(err))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	step := int64(3)
	adapter := &cloud.EndpointTarget{Kind: cloud.TargetAdapter, Adapter: &cloud.Adapter{Kind: cloud.AdapterCheckpoint, JobID: "j_1", Step: &step}}
	for _, tc := range []struct {
		status     int
		body, want string
	}{
		{409, `{"error":"Slug already taken","code":"slug_taken"}`, "this project has an endpoint \"mine\" already\nhint: `arkor endpoints retarget mine` lets it answer with something else, `arkor endpoints create-key mine LABEL` makes another key"},
		{409, `{"error":"Slug already taken"}`, "this project has an endpoint \"mine\" already\nhint: `arkor endpoints retarget mine` lets it answer with something else, `arkor endpoints create-key mine LABEL` makes another key"},
		{409, `{"error":"wait","code":"adapter_not_ready"}`, "job j_1 has no checkpoint of step 3 yet\nhint: `arkor jobs logs j_1` names its checkpoints"},
		{400, `{"error":"target.adapter cannot answer","code":"invalid_target"}`, "job j_1 has no checkpoint of step 3\nhint: `arkor jobs logs j_1` names its checkpoints"},
		{400, `{"error":"the slug \"api\" is reserved","code":"invalid_slug"}`, `the slug "api" is reserved`},
		{404, `{"error":"Not found"}`, "this backend has no endpoints"},
		{405, ``, "this backend has no endpoints"},
	} {
		f := &fake{endpoints: []cloud.Endpoint{endpoint("mine")}, refusals: map[string]refusal{"POST /v1/endpoints": {tc.status, tc.body}}}
		p, _, _ := f.project()
		check(t, tc.want, said(p.create(t.Context(), cloud.EndpointFields{Slug: "mine", Target: adapter})))
	}
	// 7.17: a slug is unique over the whole backend.
	f := &fake{endpoints: []cloud.Endpoint{endpoint("mine")}, refusals: map[string]refusal{"POST /v1/endpoints": {409, `{"error":"Slug already taken","code":"slug_taken"}`}}}
	p, _, _ := f.project()
	err := p.create(t.Context(), cloud.EndpointFields{Slug: "theirs"})
	check(t, "the slug \"theirs\" is taken by another project\nhint: choose another one: addresses have to differ", said(err))
}
