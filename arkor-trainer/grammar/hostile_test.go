package grammar

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// What is made to take long is refused, or answered like anything else. A test
// that hangs or is killed for its memory has failed.
func TestHostileForms(t *testing.T) {
	t.Parallel()
	many := func(n int, part func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = part(i)
		}
		return strings.Join(parts, ",")
	}
	doubling := `{"$defs":{` + many(40, func(i int) string {
		return fmt.Sprintf(`"d%d":{"allOf":[{"anyOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]},{"anyOf":[{"$ref":"#/$defs/d%d"},{"type":"null"}]}]}`, i, i+1, i+1, i+1)
	}) + `,"d40":{"type":"integer"}},"$ref":"#/$defs/d0"}`
	wide := `{"type":"object","properties":{` + many(1000, func(i int) string { return fmt.Sprintf(`"p%d":{"type":"string","maxLength":9000}`, i) }) + `}}`
	nested := strings.Repeat(`{"type":"array","minItems":50,"maxItems":10000,"items":`, 40) + `{"type":"string","maxLength":10000}` + strings.Repeat("}", 40)
	exclusive := `{"oneOf":[` + many(200, func(i int) string {
		return fmt.Sprintf(`{"type":"object","properties":{"a":{"anyOf":[{"const":%d},{"const":"%d"}]}},"required":["a"]}`, i, i)
	}) + `]}`
	for name, form := range map[string]*Spec{
		"doubling":              schemaOf(doubling),
		"wide":                  schemaOf(wide),
		"nested":                schemaOf(nested),
		"exclusive":             schemaOf(exclusive),
		"large":                 schemaOf(`{"enum":["` + strings.Repeat("x", 300<<10) + `"]}`),
		"all optional":          schemaOf(`{"type":"object","properties":{` + many(900, func(i int) string { return fmt.Sprintf(`"%d":true`, i) }) + `}}`),
		"counted properties":    schemaOf(`{"type":"object","minProperties":100,"maxProperties":200,"properties":{` + many(300, func(i int) string { return fmt.Sprintf(`"%d":true`, i) }) + `}}`),
		"classes":               {Type: Regex, Pattern: strings.Repeat(`\p{L}\P{Lu}[^\p{N}]`, 300)},
		"repeated repetitions":  {Type: Regex, Pattern: `((a{1,30}){1,30}b?)*c`},
		"exponential":           {Type: Regex, Pattern: `(.*a.{18}){2}`},
		"long":                  {Type: Regex, Pattern: strings.Repeat("(a|b|ab)*", 1800)},
		"ambiguous":             {Type: EBNF, Grammar: "root ::= a a a a a a\na ::= (\"a\" | \"aa\" | b)*\nb ::= \"a\" c? c? c?\nc ::= \"a\" b? b?"},
		"nothing, many times":   {Type: EBNF, Grammar: `root ::= (((""* "")* ("" | "x"?)*)* "")* "y"`},
		"deep calls":            {Type: EBNF, Grammar: "root ::= \"(\" root \")\" root | \"x\"?"},
		"nested repetitions":    {Type: EBNF, Grammar: "root ::= x{100}\nx ::= \"a\" x y | [a-z ] x? y?\ny ::= [a-z]* x?"},
		"guesses":               {Type: EBNF, Grammar: `root ::= [a-z ]* [abc] [a-z ]{1900}`},
		"nothing to begin with": {Type: EBNF, Grammar: "root ::= (((([a-z ]?){10}){10}){10}){10} \"b\""},
		"groups":                {Type: EBNF, Grammar: "root ::= (((((\"a\"?){100}){100}){100}){100}){100}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := form.Compile()
			if err != nil {
				t.Logf("%.200v", err)
				var wrong *Error
				if !errors.As(err, &wrong) {
					t.Errorf("%v is a %T", err, err)
				}
				return
			}
			b := newBabbler(t)
			text, _ := b.answer(t, form, rand.New(rand.NewPCG(1, 1)), 60)
			t.Logf("%.200q", text)
		})
	}
}

// calls are two tools in Hermes' notation.
func calls() *Calls {
	return &Calls{
		Open: "<tool_call>\n{\"name\": \"", Middle: "\", \"arguments\": ", Close: "}\n</tool_call>", Between: "\n", Trigger: "<tool_call>",
		Tools: []Tool{{Name: "now"}, {Name: "weather", Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","maxLength":9}},"required":["city"]}`)}},
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	const (
		now  = "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>"
		oslo = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>"
		call = `{"name": "weather", "parameters": {"city": "Oslo"}}`
	)
	llama := calls()
	llama.Open, llama.Middle, llama.Close, llama.Between, llama.Trigger = `{"name": "`, `", "parameters": `, `}`, "", ""
	with := func(c *Calls, change func(*Calls)) *Calls {
		copied := *c
		change(&copied)
		return &copied
	}
	for _, c := range []struct {
		name    string
		form    *Calls
		yes, no []string
	}{
		{"one", calls(), []string{now, oslo}, []string{"", "x", now + "\n" + oslo, strings.Replace(now, "now", "weather", 1), strings.Replace(oslo, "city", "town", 1), "x" + now}},
		{"several", with(calls(), func(c *Calls) { c.Parallel = true }), []string{now, oslo + "\n" + now}, []string{oslo + now, now + "\n"}},
		{"optional", with(calls(), func(c *Calls) { c.Optional, c.Parallel = true, true }), []string{"", "text <tool", "<<tool_cal l>é", "Let me see.\n" + oslo, now + "\n" + oslo},
			[]string{"<tool_call>", oslo + "x", "x" + now + "\n", "x <tool_call>{}", "<<tool_call>"}},
		{"or a form", with(calls(), func(c *Calls) { c.Optional, c.Text = true, &Spec{Type: Choice, Choices: []string{"yes"}} }), []string{"yes", now}, []string{"", "yes" + now, "no"}},
		{"llama", llama, []string{call, `{"name": "now", "parameters": {}}`}, []string{call + call, "x", ""}},
		{"llama, optional", with(llama, func(c *Calls) { c.Optional = true }), []string{"", call, "x" + call + "x", `{"name": "Ann"}`, `{"name": "weather"`, `{"name": "nowhere", "parameters": 1`},
			[]string{`{"name": "weather", "parameters": {}}`, call + "\n", `{"name": "now", "parameters": `}},
	} {
		m := machine(t, c.form).Matches
		for _, text := range c.yes {
			if !m(text) {
				t.Errorf("%s: refuses %q", c.name, text)
			}
		}
		for _, text := range c.no {
			if m(text) {
				t.Errorf("%s: allows %q", c.name, text)
			}
		}
	}
	bad := calls()
	bad.Tools[1].Parameters = json.RawMessage(`{"properties":{"a":{"not":{}}}}`)
	if _, err := bad.Compile(); err == nil || err.Error() != `the parameters of the tool weather: at /properties/a/not: the keyword "not" is not supported` {
		t.Error(err)
	}
}

func FuzzSchema(f *testing.F) {
	for _, seed := range []string{`{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}`, `{"enum":[1,"a",{"b":null}],"type":["string","integer"]}`,
		`{"type":"number","minimum":-1.5,"exclusiveMaximum":1e3,"multipleOf":0.25}`, `{"anyOf":[{"type":"string","pattern":"^a","maxLength":3},{"prefixItems":[true],"items":false}]}`,
		`{"oneOf":[{"const":1},{"const":2}],"allOf":[{"minimum":0}]}`, `{"patternProperties":{"^x":{"format":"date"}},"minProperties":1}`} {
		f.Add(seed)
	}
	fuzzForm(f, func(text string) *Spec { return &Spec{Type: JSONSchema, Schema: []byte(text)} }, json.Valid)
}

func FuzzRegex(f *testing.F) {
	for _, seed := range []string{`^a+(b|c){2,3}$`, `\d\s\S[^\s]\b.`, `[\u0041-\x5a]{0,3}`, `(?<n>é)|😀?`, `\p{L}+`} {
		f.Add(seed)
	}
	fuzzForm(f, func(text string) *Spec { return &Spec{Type: Regex, Pattern: text} }, utf8.Valid)
}

func FuzzEBNF(f *testing.F) {
	for _, seed := range []string{`root ::= "a" | b{2,3} # c` + "\nb ::= [^a-z\\n] .", `root ::= ("x" root)?`, `root ::= "\u00e9\x41"*`} {
		f.Add(seed)
	}
	fuzzForm(f, func(text string) *Spec { return &Spec{Type: EBNF, Grammar: text} }, utf8.Valid)
}

// fuzzForm compiles forms and writes an answer to each: it is never stuck, and
// one that ended is of the right kind.
func fuzzForm(f *testing.F, form func(string) *Spec, valid func([]byte) bool) {
	b := newBabbler(f)
	f.Fuzz(func(t *testing.T, text string) {
		s := form(text)
		if _, err := s.Compile(); err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) || err.Error() == "" {
				t.Fatalf("%v is a %T", err, err)
			}
			return
		}
		answer, ended := b.answer(t, s, rand.New(rand.NewPCG(1, 1)), 40)
		if ended && !valid([]byte(answer)) {
			t.Fatalf("%q", answer)
		}
	})
}
