package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/dataset"
	"github.com/arkorlab/arkor-go/arkor-backend/engine"
	"github.com/arkorlab/arkor-go/arkor-backend/identity"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// offer is an engine that offers one model.
type offer struct{}

func (offer) Submit(context.Context, engine.Job) (engine.Run, error) {
	return nil, errors.New("nothing is run here")
}

func (offer) Preview(context.Context, string) ([]byte, error) {
	return nil, errors.New("nothing is looked at here")
}

func (offer) Capabilities(context.Context) (engine.Capabilities, error) {
	limit := int64(64)
	return engine.Capabilities{Models: []cloud.Model{{ID: "arkor/tiny", Limits: cloud.ModelLimits{MaxLength: &limit, MaxLoraR: &limit}}}}, nil
}

func newChecker() (*server, *call) {
	s := &server{Options: Options{Engine: offer{}, Fetcher: &dataset.Fetcher{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}}
	return s, &call{Request: &http.Request{}, caller: identity.Caller{Owner: true}}
}

const file = `{"type":"file","datasetId":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}`

func TestConfigFields(t *testing.T) {
	t.Parallel()
	s, c := newChecker()
	for field, values := range map[string]struct{ good, bad []string }{
		"loraR":                {[]string{"1", "64"}, []string{"8.0", "0", "-1", "65", "1.5", `"8"`, "null", "1e400", "[]"}},
		"loraAlpha":            {[]string{"0.5", "16"}, []string{"0", "-1", "null", "true", "1e400", "1e-400"}},
		"maxLength":            {[]string{"64"}, []string{"0", "65"}},
		"loadIn4bit":           {[]string{"false"}, []string{"true", "0", `"true"`, "null"}},
		"maxSteps":             {[]string{"1"}, []string{"0", "1e30"}},
		"numTrainEpochs":       {[]string{"0.1", "3"}, []string{"0", "-3"}},
		"learningRate":         {[]string{"2e-4"}, []string{"0", "-1e-4", "1e999", `"NaN"`}},
		"batchSize":            {[]string{"1", "1000"}, []string{"0", "0.5"}},
		"optim":                {[]string{`"adamw"`}, []string{"1", "null"}},
		"lrSchedulerType":      {[]string{`"cosine"`}, []string{"{}"}},
		"weightDecay":          {[]string{"0", "0.01"}, []string{"-0.1"}},
		"warmupSteps":          {[]string{"0", "5"}, []string{"-1", "0.5", "false", "null"}},
		"loggingSteps":         {[]string{"0"}, []string{`"all"`}},
		"saveSteps":            {[]string{"0"}, []string{"{}"}},
		"evalSteps":            {[]string{"10"}, []string{"-10"}},
		"trainOnResponsesOnly": {[]string{"true", `{"a":1}`}, []string{"1", `"yes"`, "null"}},
		"datasetFormat":        {[]string{`"chat"`, `{}`}, []string{"[]", "true"}},
		"datasetSplit":         {[]string{`"train"`, `{"eval":0.1}`}, []string{"0.1"}},
		"dryRun":               {[]string{"true"}, []string{"1"}},
		"loadBestModelAtEnd":   {[]string{"false"}, []string{"1", `"true"`, "null"}},
		"somethingNew":         {[]string{"null", "[1]", `{"a":{}}`}, nil},
		"webhook":              {[]string{`{"url":"https://x.test/a"}`, `{"url":"https://x.test","more":1}`}, []string{"null", "7", `"https://x.test"`, "[]"}},
	} {
		config := func(value string) json.RawMessage {
			return json.RawMessage(`{"model":"arkor/tiny","datasetSource":` + file + `,"` + field + `":` + value + `}`)
		}
		for _, value := range values.good {
			if _, err := s.checkConfig(c, config(value)); err != nil {
				t.Errorf("%s = %s: %v", field, value, err)
			}
		}
		for _, value := range values.bad {
			_, err := s.checkConfig(c, config(value))
			var f *failure
			if !errors.As(err, &f) || f.status != 400 || !strings.HasPrefix(f.message, "config."+field+" must be ") {
				t.Errorf("%s = %s: %v", field, value, err)
			}
		}
	}
}

func TestConfigModelAndSource(t *testing.T) {
	t.Parallel()
	s, c := newChecker()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for config, want := range map[string]string{
		`{"model":"arkor/tiny","Model":"/etc","datasetSource":` + file + `}`:                               `config.model must be written like this, not "Model"`,
		`{"model":"arkor/tiny","DATAſETSOURCE":{},"datasetSource":` + file + `}`:                           `config.datasetSource must be written like this, not "DATAſETSOURCE"`,
		`{"model":"arkor/tiny","LoraR":4,"datasetSource":` + file + `}`:                                    `config.loraR must be written like this, not "LoraR"`,
		`{"model":"arkor/tiny","datasetSource":{"type":"blob","url":"https://x.test/a","TOKEN":"s3cret"}}`: `config.datasetSource.token must be written like this, not "TOKEN"`,
		`[]`:                             "config must be an object",
		`null`:                           "config must be an object",
		`{"datasetSource":` + file + `}`: "config.model must name a model",
		`{"model":7,"datasetSource":` + file + `}`:                                                                               "config.model must name a model",
		`{"model":"acme/huge","datasetSource":` + file + `}`:                                                                     `unknown model "acme/huge": this backend offers arkor/tiny; bring one of the hub with ` + "`arkor backend pull owner/name`" + `, or name the absolute path of a model folder`,
		`{"model":"/nowhere","datasetSource":` + file + `}`:                                                                      "config.model must be the folder of a model: there is no config.json in /nowhere",
		`{"model":"` + folder + `","datasetSource":` + file + `,"loraR":1000}`:                                                   "",
		`{"model":"arkor/tiny"}`:                                                                                                 "config.datasetSource must be an object",
		`{"model":"arkor/tiny","datasetSource":[]}`:                                                                              "config.datasetSource must be an object",
		`{"model":"arkor/tiny","datasetSource":{}}`:                                                                              `config.datasetSource.type must be "huggingface", "blob" or "file"`,
		`{"model":"arkor/tiny","datasetSource":{"type":"huggingface"}}`:                                                          "config.datasetSource.name must name a dataset, like acme/tickets",
		`{"model":"arkor/tiny","datasetSource":{"type":"huggingface","name":"a/b","split":7}}`:                                   "config.datasetSource.split must be a string",
		`{"model":"arkor/tiny","datasetSource":{"type":"huggingface","name":"a/b","split":"train"}}`:                             "",
		`{"model":"arkor/tiny","datasetSource":{"type":"blob","url":"http://x.test/a"}}`:                                         "config.datasetSource.url must begin with https://",
		`{"model":"arkor/tiny","datasetSource":{"type":"blob","url":"file:///etc/passwd"}}`:                                      "config.datasetSource.url is not an absolute URL",
		`{"model":"arkor/tiny","datasetSource":{"type":"blob","url":"https://u:p@x.test/a"}}`:                                    "config.datasetSource.url must not hold a user name or password",
		`{"model":"arkor/tiny","datasetSource":` + file + `,"webhook":{}}`:                                                       "config.webhook.url must be a string of at most 2048 characters",
		`{"model":"arkor/tiny","datasetSource":` + file + `,"webhook":{"url":null}}`:                                             "config.webhook.url must be a string of at most 2048 characters",
		`{"model":"arkor/tiny","datasetSource":` + file + `,"webhook":{"url":"http://x.test"}}`:                                  "config.webhook.url must begin with https://",
		`{"model":"arkor/tiny","datasetSource":` + file + `,"webhook":{"url":"https://x.test","Secret":"s"}}`:                    `config.webhook.secret must be written like this, not "Secret"`,
		`{"model":"arkor/tiny","datasetSource":` + file + `,"webhook":{"url":"https://x.test","secret":null}}`:                   "config.webhook.secret must be a string",
		`{"model":"arkor/tiny","datasetSource":` + file + `,"webhook":{"url":"https://x.test","secret":"s"}}`:                    "config.webhook.secret must be whsec_ and the base64 of 24 to 64 random bytes; `openssl rand -base64 32` makes them",
		`{"model":"arkor/tiny","datasetSource":{"type":"file"}}`:                                                                 "config.datasetSource.datasetId must be the id of an uploaded dataset",
		`{"model":"arkor/tiny","datasetSource":{"type":"file","datasetId":"sha256:../../x"}}`:                                    "config.datasetSource.datasetId must be the id of an uploaded dataset",
		`{"model":"arkor/tiny","datasetSource":` + strings.Replace(file, `"type"`, `"evalDatasetId":"sha256:0","type"`, 1) + `}`: "config.datasetSource.evalDatasetId must be the id of an uploaded dataset",
	} {
		_, err := s.checkConfig(c, json.RawMessage(config))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", config, got, want)
		}
	}
}

// The folders of this machine are its owner's: nobody else names one, or
// learns whether it is there.
func TestFoldersAreTheOwners(t *testing.T) {
	t.Parallel()
	s, c := newChecker()
	c.caller.Owner = false
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, model := range []string{folder, filepath.Join(folder, "nothing")} {
		_, err := s.checkConfig(c, json.RawMessage(`{"model":"`+model+`","datasetSource":`+file+`}`))
		want := `unknown model "` + model + `": this backend offers arkor/tiny`
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestConfigTokenIsTakenOut(t *testing.T) {
	t.Parallel()
	s, c := newChecker()
	checked, err := s.checkConfig(c, json.RawMessage(`{"model":"arkor/tiny","x":1.50,"datasetSource":{"type":"blob","url":"https://x.test/a","token":"s3cret"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if checked.secret != "s3cret" || string(checked.stored) != `{"datasetSource":{"type":"blob","url":"https://x.test/a"},"model":"arkor/tiny","x":1.50}` {
		t.Errorf("got %q, %s", checked.secret, checked.stored)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(`{"model":"arkor/tiny","datasetSource":` + file + `,"loraR":8}`)
	f.Add(`{"model":"arkor/tiny","datasetSource":{"type":"blob","url":"https://x.test/a","token":"s"}}`)
	f.Add(`{"model":"/x","learningRate":1e999}`)
	s, c := newChecker()
	f.Fuzz(func(t *testing.T, config string) {
		checked, err := s.checkConfig(c, json.RawMessage(config))
		if err == nil && !json.Valid(checked.stored) {
			t.Errorf("stored %s", checked.stored)
		}
		var fail *failure
		if err != nil && (!errors.As(err, &fail) || fail.status != 400 || fail.message == "") {
			t.Errorf("error %v", err)
		}
	})
}

// 6.10: what goes by the held-out loss names what is wrong with it, and is
// refused where nothing is held out.
func TestConfigOfTheBest(t *testing.T) {
	t.Parallel()
	s, c := newChecker()
	heldOut := strings.Replace(file, `"type"`, `"evalDatasetId":"sha256:1111111111111111111111111111111111111111111111111111111111111111","type"`, 1)
	const none = " goes by the loss on held-out samples, and there are none: name them in datasetSource.evalDatasetId, or set datasetSplit: {\"eval\": 0.1}"
	for _, test := range []struct{ source, fields, want string }{
		{heldOut, `"earlyStoppingPatience":3`, ""},
		{heldOut, `"earlyStoppingPatience":3,"earlyStoppingThreshold":0.01,"loadBestModelAtEnd":false`, ""},
		{heldOut, `"loadBestModelAtEnd":true`, ""},
		{file, `"loadBestModelAtEnd":true,"datasetSplit":{"eval":0.1}`, ""},
		{file, `"earlyStoppingPatience":2,"evalSteps":5`, ""},
		{file, `"loadBestModelAtEnd":true`, "config.loadBestModelAtEnd" + none},
		{file, `"earlyStoppingPatience":1`, "config.earlyStoppingPatience" + none},
		{file, `"earlyStoppingPatience":1,"datasetSplit":{"eval":0},"evalSteps":0`, "config.earlyStoppingPatience" + none},
		{file, `"earlyStoppingPatience":1,"datasetSplit":"train"`, "config.earlyStoppingPatience" + none},
		{heldOut, `"earlyStoppingThreshold":0.1`, "config.earlyStoppingThreshold is for earlyStoppingPatience, which is not given"},
		{heldOut, `"earlyStoppingPatience":0`, "config.earlyStoppingPatience must be a whole number of at least 1, not 0"},
		{heldOut, `"earlyStoppingPatience":"3"`, `config.earlyStoppingPatience must be a whole number of at least 1, not "3"`},
		{heldOut, `"earlyStoppingPatience":1.5`, "config.earlyStoppingPatience must be a whole number of at least 1, not 1.5"},
		{heldOut, `"earlyStoppingPatience":null`, "config.earlyStoppingPatience must be a whole number of at least 1, not null"},
		{heldOut, `"earlyStoppingPatience":1,"earlyStoppingThreshold":-1`, "config.earlyStoppingThreshold must be a number of at least 0, not -1"},
		{heldOut, `"EarlyStoppingPatience":1`, `config.earlyStoppingPatience must be written like this, not "EarlyStoppingPatience"`},
	} {
		_, err := s.checkConfig(c, json.RawMessage(`{"model":"arkor/tiny","datasetSource":`+test.source+`,`+test.fields+`}`))
		var f *failure
		if got := errors.As(err, &f); got != (test.want != "") || got && (f.status != 400 || f.message != test.want) {
			t.Errorf("%s: %v", test.fields, err)
		}
	}
}
