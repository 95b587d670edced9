package endpointscmd

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func now() time.Time { return time.Date(2026, 3, 4, 7, 6, 7, 0, time.UTC) }

func TestFind(t *testing.T) {
	t.Parallel()
	some := []cloud.Endpoint{endpoint("support-bot"), endpoint("hotline")}
	var many []cloud.Endpoint
	for _, c := range "abcdefghijkl" {
		many = append(many, endpoint(strings.Repeat(string(c), 2)))
	}
	for _, tc := range []struct {
		endpoints []cloud.Endpoint
		slug      string
		want      string
	}{
		{some, "hotline", ""},
		{some, "suport-bot", "this project has no endpoint \"suport-bot\"\nhint: did you mean support-bot?"},
		{some, "\x1b[31m", `this project has no endpoint "\x1b[31m"` + "\nhint: it has hotline, support-bot"},
		{many[:10], "zzz", "this project has no endpoint \"zzz\"\nhint: it has aa, bb, cc, dd, ee, ff, gg, hh, ii, jj"},
		{many, "zzz", "this project has no endpoint \"zzz\"\nhint: it has aa, bb, cc, dd, ee, ff, gg, hh, ii, jj and 2 more"},
		{[]cloud.Endpoint{}, "bot", "this project has no endpoint \"bot\"\nhint: it has none at all; `arkor endpoints create SLUG` makes one"},
	} {
		p, _, _ := (&fake{endpoints: tc.endpoints}).project()
		e, err := p.find(t.Context(), tc.slug)
		check(t, tc.want, said(err))
		if err == nil && e.Slug != tc.slug {
			t.Errorf("%s was found for %s", e.Slug, tc.slug)
		}
	}
	for _, r := range []refusal{{404, `{"error":"Not found"}`}, {404, "<html>"}, {405, ""}} {
		p, _, _ := (&fake{refusals: map[string]refusal{"GET /v1/endpoints": r}}).project()
		_, err := p.find(t.Context(), "bot")
		check(t, "this backend has no endpoints", said(err))
	}
	p, _, _ := (&fake{refusals: map[string]refusal{"GET /v1/endpoints": {404, `{"error":"there is no such project","code":"project_not_found"}`}}}).project()
	_, err := p.find(t.Context(), "bot")
	check(t, "there is no such project", said(err))
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args []string
		want string
	}{
		{nil, "name an endpoint\nhint: `arkor endpoints list` shows them"},
		{[]string{"bot"}, "name the key too"},
		{[]string{"bot", "key"}, ""},
		{[]string{"bot", "key", "more"}, `unexpected argument "more"`},
	} {
		check(t, tc.want, said(arguments(tc.args, "an endpoint", "the key")))
	}
}

// 7.25: the managed cloud does not say where an endpoint is; it is known.
func TestAddressInTheManagedCloud(t *testing.T) {
	t.Parallel()
	p, _, _ := (&fake{endpoints: []cloud.Endpoint{endpoint("bot")}}).project()
	e, err := p.find(t.Context(), "bot")
	if err != nil || address(e) != "" {
		t.Error(address(e), err)
	}
	p.session.Client.BaseURL = backend.ManagedCloud
	if e, err = p.find(t.Context(), "bot"); err != nil || address(e) != "https://bot.arkor.app/v1" {
		t.Error(address(e), err)
	}
	told := endpoint("bot")
	told.URL = "https://eu.arkor.app/bot/v1"
	if e := p.located(told); address(e) != told.URL {
		t.Error(address(e))
	}
	if e, err = p.change(t.Context(), e, cloud.EndpointFields{AuthMode: cloud.AuthNone}); err != nil || address(e) != "https://bot.arkor.app/v1" {
		t.Error(address(e), err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		settings settings
		want     cloud.EndpointFields
		problem  string
	}{
		{settings{}, cloud.EndpointFields{}, ""},
		{settings{auth: "none", retention: "unlimited"}, cloud.EndpointFields{AuthMode: "none", RunRetentionMode: "unlimited"}, ""},
		{settings{retention: "disabled"}, cloud.EndpointFields{RunRetentionMode: "disabled"}, ""},
		{settings{retention: "30"}, cloud.EndpointFields{RunRetentionMode: "days", RunRetentionDays: 30}, ""},
		{settings{auth: "key"}, cloud.EndpointFields{}, "--auth key is neither fixed_api_key nor none"},
		{settings{retention: "0"}, cloud.EndpointFields{}, "--retention 0 is neither a number of days nor unlimited nor disabled"},
		{settings{retention: "days"}, cloud.EndpointFields{}, "--retention days is neither a number of days nor unlimited nor disabled"},
	} {
		var got cloud.EndpointFields
		if err := tc.settings.into(&got); err != nil || tc.problem != "" {
			check(t, tc.problem, said(err))
			continue
		}
		check(t, tc.want, got)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	f := &fake{jobs: []cloud.Job{job("j_1", "triage", cloud.Completed)}}
	p, stdout, stderr := f.project()
	bot := endpoint("bot")
	if err := p.retarget(t.Context(), bot, &bot.Target); err != nil {
		t.Error(err)
	}
	if err := p.update(t.Context(), bot, cloud.EndpointFields{RunRetentionMode: cloud.RetainDays, RunRetentionDays: 1}); err != nil {
		t.Error(err)
	}
	if err := p.update(t.Context(), bot, cloud.EndpointFields{AuthMode: cloud.AuthAPIKey}); err != nil {
		t.Error(err)
	}
	if err := p.remove(t.Context(), bot); err != nil {
		t.Error(err)
	}
	check(t, "bot  answers with triage (j_1)\nbot  callers need a key, chats are kept for a day\nbot  callers need a key, chats are kept for 7 days\ndeleted bot\n", stdout.String())
	check(t, "nobody can call bot: callers need a key, and there is none; `arkor endpoints create-key bot LABEL` makes one\n", stderr.String())
	check(t, []string{
		`PATCH /v1/endpoints/e_bot {"target":{"kind":"adapter","adapter":{"kind":"final","jobId":"j_1"}}}`,
		`PATCH /v1/endpoints/e_bot {"runRetentionMode":"days","runRetentionDays":1}`,
		`PATCH /v1/endpoints/e_bot {"authMode":"fixed_api_key"}`,
		`DELETE /v1/endpoints/e_bot`,
	}, f.asked)
}

func TestList(t *testing.T) {
	t.Parallel()
	step := int64(50)
	early, plain, lost := endpoint("early"), endpoint("plain"), endpoint("lost")
	early.Target.Adapter = &cloud.Adapter{Kind: cloud.AdapterCheckpoint, JobID: "j_1", Step: &step}
	early.URL = "http://127.0.0.1:4000/e/early/v1"
	plain.Target, plain.Enabled, plain.AuthMode = cloud.EndpointTarget{Kind: cloud.TargetBaseModel, BaseModel: "arkor/tiny"}, false, cloud.AuthNone
	lost.Target.Adapter = &cloud.Adapter{Kind: cloud.AdapterFinal, JobID: "gone"}
	f := &fake{jobs: []cloud.Job{job("j_1", "triage", cloud.Completed)}, endpoints: []cloud.Endpoint{early, plain, lost}}
	p, stdout, _ := f.project()
	requests := 0
	p.session.Client.HTTP.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		requests++
		return f.RoundTrip(r)
	})
	if err := p.list(t.Context()); err != nil {
		t.Fatal(err)
	}
	check(t, `SLUG   STATE     AUTH           ANSWERS WITH             ADDRESS
early  enabled   fixed_api_key  step 50 of triage (j_1)  http://127.0.0.1:4000/e/early/v1
plain  disabled  none           arkor/tiny, as it is
lost   enabled   fixed_api_key  job gone
`, stdout.String())
	if requests != 2 { // however many there are
		t.Errorf("%d requests", requests)
	}

	// Half a list is none: an interrupt ends it.
	ctx, interrupt := context.WithCancel(t.Context())
	p, stdout, _ = f.project()
	p.session.Client.HTTP.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/jobs") {
			interrupt()
			return nil, r.Context().Err()
		}
		return f.RoundTrip(r)
	})
	if err := p.list(ctx); !errors.Is(err, context.Canceled) || stdout.String() != "" {
		t.Error(err, stdout)
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	e := endpoint("bot")
	e.URL = "https://bot.models.test/v1"
	used, first, old := "2026-03-04T07:01:07.000Z", key("abcd1234", "first", true), key("efgh5678", "old", false)
	first.LastUsedAt = &used
	f := &fake{jobs: []cloud.Job{job("j_1", "triage", cloud.Completed)}, keys: []cloud.EndpointKey{first, old},
		runs: `{"runs":[{"id":"r_1","createdAt":"2026-03-04T07:01:07.000Z","status":"failed"}],"nextCursor":"x"}`}
	p, stdout, _ := f.project()
	if err := p.show(t.Context(), e, now()); err != nil {
		t.Fatal(err)
	}
	check(t, `bot                       enabled
  id            e_bot
  answers with  triage (j_1)
  address       https://bot.models.test/v1
  callers       need a key
  chats         kept for 7 days
  latest chat   5 min ago, failed
  created       2 h ago

  KEY                LABEL  CREATED  LAST USED
  ark_live_abcd1234  first  2 h ago  5 min ago
  ark_live_efgh5678  old    2 h ago  revoked

  curl https://bot.models.test/v1/chat/completions \
    -H "Authorization: Bearer $KEY" \
    -H 'Content-Type: application/json' \
    -d '{"messages": [{"role": "user", "content": "Hello"}]}'
`, stdout.String())

	// One that is disabled is not to be asked.
	e.Enabled = false
	p, stdout, _ = f.project()
	if err := p.show(t.Context(), e, now()); err != nil || strings.Contains(stdout.String(), "curl") {
		t.Error(err, stdout)
	}

	// Elsewhere there may be no runs, no retention and no address.
	f.runs, f.keys = "", []cloud.EndpointKey{}
	e.URL, e.RunRetentionMode, e.Enabled = "", "", false
	p, stdout, _ = f.project()
	p.json = true
	if err := p.show(t.Context(), e, now()); err != nil {
		t.Fatal(err)
	}
	if text := stdout.String(); !strings.HasSuffix(text, `,"keys":[],"latestRun":null}`+"\n") {
		t.Error(text)
	}
	p.json = false
	stdout.Reset()
	if err := p.show(t.Context(), e, now()); err != nil {
		t.Fatal(err)
	}
	check(t, "bot                       disabled\n  id            e_bot\n  answers with  triage (j_1)\n  callers       need a key\n  created       2 h ago\n", stdout.String())
}
