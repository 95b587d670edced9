package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

const goodEval = `{"name":"n","target":{"kind":"final","step":3},"count":2,"failed":1,"mean":1,"min":1,"max":1,"threshold":0.5,"worst":[{"prompt":"p"}]}`

func readEval(body string) (r cloud.EvalResult, err error) {
	if err = decodeFields([]byte(body), &r); err == nil {
		err = checkEval(r)
	}
	return r, err
}

func TestEvalFields(t *testing.T) {
	t.Parallel()
	if _, err := readEval(goodEval); err != nil {
		t.Fatal(err)
	}
	const target = `target must be {"kind":"final","step"?}`
	for _, test := range []struct{ old, replacement, want string }{
		{`"name":"n"`, `"name":""`, "name must be a string of 1 to 200 characters"},
		{`"name":"n"`, `"name":"` + strings.Repeat("ä", 201) + `"`, "name must be"},
		{`"name":"n"`, `"name":7`, "name must be a string, not number"},
		{`"kind":"final","step":3`, `"kind":"final"`, ""},
		{`"kind":"final","step":3`, `"kind":"final","step":null`, ""},
		{`"kind":"final","step":3`, `"kind":"checkpoint"`, target},
		{`"kind":"final","step":3`, `"kind":"checkpoint","step":-1`, target},
		{`"kind":"final","step":3`, `"kind":"checkpoint","step":1.5`, "target.step must be a whole number, not number 1.5"},
		{`"kind":"final","step":3`, `"kind":"final","slug":"x"`, target},
		{`"kind":"final","step":3`, `"kind":"base"`, target},
		{`"kind":"final","step":3`, `"kind":"endpoint","slug":"` + strings.Repeat("x", 201) + `"`, target},
		{`"kind":"final","step":3`, `"kind":"best"`, target},
		{`"count":2`, `"count":-2`, "count must be a number of samples"},
		{`"failed":1`, `"failed":3`, "failed must be a number of samples, at most count"},
		{`"failed":1`, `"failed":2`, "mean, min and max must be numbers, or null when no sample has a score"},
		{`"mean":1`, `"mean":null`, "mean, min and max must be numbers"},
		{`"min":1`, `"min":null`, "mean, min and max must be numbers"},
		{`"min":1`, `"min":2`, "min must be at most max"},
		{`"mean":1`, `"mean":1e400`, "mean must be a number, not number 1e400"},
		{`"threshold":0.5`, `"threshold":"0.5"`, "threshold must be a number, not string"},
		{`{"prompt":"p"}`, `{"prompt":"` + strings.Repeat("p", 4001) + `"}`, "worst[0]: a text must have at most 4000 characters"},
		{`[{"prompt":"p"}]`, `[` + strings.Repeat(`{},`, 20) + `{}]`, "worst must hold at most 20 samples"},
		{`[{"prompt":"p"}]`, `"all"`, "worst must be an array, not string"},
	} {
		body := strings.Replace(goodEval, test.old, test.replacement, 1)
		_, err := readEval(body)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.replacement[:min(40, len(test.replacement))], err, test.want)
		}
	}
}

// What is taken can be stored, and read again as it was.
func FuzzEval(f *testing.F) {
	f.Add(goodEval)
	f.Add(`{"name":"n","target":{"kind":"base","model":"m"},"count":0,"failed":0}`)
	f.Fuzz(func(t *testing.T, body string) {
		r, err := readEval(body)
		if err != nil {
			return
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := readEval(string(data))
		if err != nil {
			t.Errorf("%s: %v", data, err)
		}
		if r.Pass() != nil && *r.Pass() != *again.Pass() {
			t.Error("another verdict")
		}
	})
}
