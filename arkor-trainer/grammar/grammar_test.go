package grammar

import (
	"fmt"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar/network"
)

// machine runs a form on a vocabulary of single bytes.
func machine(t *testing.T, f Form) *network.Machine {
	t.Helper()
	n, err := f.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return network.NewMachine(n, network.NewVocabulary(256, func(id int32) []byte { return []byte{byte(id)} }))
}

func schemaOf(source string) *Spec { return &Spec{Type: JSONSchema, Schema: []byte(source)} }

func TestForms(t *testing.T) {
	t.Parallel()
	no := false
	for _, c := range []struct {
		name    string
		form    *Spec
		yes, no []string
	}{
		{"object", &Spec{Type: JSONObject}, []string{`{}`, `{"a": [1, 2.5e3, null, {"b": "\u00e9é"}]}`, "{\n  \"a\": true\n}"}, []string{``, `[]`, `{"a":}`, `{"a":1,}`, `{} `, `{"a":"\ud800"}`, "{\n\n\"a\":1}", `{"a":01}`}},
		{"compact", &Spec{Type: JSONObject, AnyWhitespace: &no}, []string{`{"a":[1,2]}`}, []string{`{"a": 1}`}},
		{"white space", &Spec{Type: JSONObject, WhitespacePattern: ` ?`}, []string{`{"a": 1}`, `{"a":1}`}, []string{"{\n\"a\":1}"}},
		{"choice", &Spec{Type: Choice, Choices: []string{"low", "lower", "hoch é"}}, []string{"low", "lower", "hoch é"}, []string{"", "lo", "lowe", "lowerr"}},
		{"regex", &Spec{Type: Regex, Pattern: `(a|b)+c?\d{2,3}`}, []string{"a12", "abc123"}, []string{"c12", "a1", "xa12", "a1234"}},
		{"regex of characters", &Spec{Type: Regex, Pattern: `[^a-c]é?.`}, []string{"xé😀", "éx"}, []string{"ax", "x\n", "\xffx"}},
		{"regex with assertions", &Spec{Type: Regex, Pattern: `^a\b.*\bz$`}, []string{"a z", "a--z"}, []string{"az", "ab z"}},
		{"grammar", &Spec{Type: EBNF, Grammar: "# sums\nroot ::= term (\"+\" term){0,2}\nterm ::= [0-9]+ | \"(\" root \")\""}, []string{"1", "1+22", "(1+2)+3"}, []string{"", "1+", "1+2+3+4", "((1)"}},
		{"order of properties", schemaOf(`{"type":"object","properties":{"b":{"type":"integer"},"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`),
			[]string{`{"a":"x"}`, `{"b": -1, "a": ""}`}, []string{`{"a":"x","b":1}`, `{"b":1}`, `{"a":"x","c":1}`, `{"a":1}`}},
		{"further properties", schemaOf(`{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}`),
			[]string{`{"a":1,"b":true}`, `{"ab":false,"é":true}`, `{}`}, []string{`{"a":true}`, `{"b":1}`, `{"a":1,"a":true}`, `{"\u0061":true}`}},
		{"range", schemaOf(`{"type":"integer","minimum":-12,"exclusiveMaximum":105}`), []string{"-12", "-1", "0", "9", "99", "100", "104"}, []string{"-13", "105", "-0", "00", "1000", "1.0"}},
		{"range of fractions", schemaOf(`{"type":"number","minimum":0.5,"maximum":1.25}`), []string{"0.5", "0.50", "0.75", "1", "1.25", "1.2"}, []string{"0.4", "1.26", "2", "0", ".5", "1."}},
		{"multiples", schemaOf(`{"type":"integer","multipleOf":7,"minimum":1,"maximum":30}`), []string{"7", "14", "21", "28"}, []string{"0", "8", "35", "77"}},
		{"multiples of fractions", schemaOf(`{"type":"number","multipleOf":0.25,"minimum":0,"maximum":1}`), []string{"0", "0.25", "0.5", "0.75", "1", "1.00"}, []string{"0.3", "0.255", "1.25"}},
		{"length", schemaOf(`{"type":"string","minLength":2,"maxLength":3}`), []string{`"ab"`, `"éé"`, `"a\n\u0041"`, `"😀😀"`}, []string{`"a"`, `"abcd"`, `""`}},
		{"pattern", schemaOf(`{"type":"string","pattern":"^[a-z\"]+$","maxLength":4}`), []string{`"abc"`, `"a\"b"`}, []string{`"A"`, `"abcde"`, `""`}},
		{"pattern inside", schemaOf(`{"type":"string","pattern":"b+"}`), []string{`"b"`, `"abbc"`}, []string{`"a"`}},
		{"format", schemaOf(`{"type":"string","format":"date"}`), []string{`"2024-02-29"`, `"1999-12-31"`}, []string{`"2023-02-29"`, `"2024-13-01"`, `"2024-04-31"`}},
		{"enum", schemaOf(`{"enum":["a",1,null,{"b":[true]}]}`), []string{`"a"`, `1`, `null`, `{"b":[true]}`}, []string{`"b"`, `2`}},
		{"enum and type", schemaOf(`{"type":"string","enum":["a",1,"abc"],"maxLength":2}`), []string{`"a"`}, []string{`1`, `"abc"`}},
		{"const", schemaOf(`{"const":"x"}`), []string{`"x"`}, []string{`"y"`}},
		{"array", schemaOf(`{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"boolean"},"minItems":1,"maxItems":3}`),
			[]string{`[1]`, `[1, true]`, `[1,true,false]`}, []string{`[]`, `[true]`, `[1,1]`, `[1,true,true,true]`}},
		{"array without limit", schemaOf(`{"type":"array","items":{"type":"integer"}}`), []string{`[]`, `[1,2,3,4]`}, []string{`[1,]`, `["a"]`}},
		{"anyOf", schemaOf(`{"anyOf":[{"type":"integer"},{"type":"null"}]}`), []string{`1`, `null`}, []string{`"a"`}},
		{"allOf", schemaOf(`{"allOf":[{"type":"object","properties":{"a":{"type":["integer","string"]}},"required":["a"]},{"properties":{"a":{"type":"integer"},"b":{"type":"null"}},"additionalProperties":false}]}`),
			[]string{`{"a":1}`, `{"a":1,"b":null}`}, []string{`{}`, `{"a":"x"}`, `{"a":1,"c":1}`}},
		{"oneOf", schemaOf(`{"oneOf":[{"type":"object","properties":{"k":{"const":"a"},"x":{"type":"integer"}},"required":["k","x"],"additionalProperties":false},{"type":"object","properties":{"k":{"const":"b"}},"required":["k"],"additionalProperties":false}]}`),
			[]string{`{"k":"a","x":1}`, `{"k":"b"}`}, []string{`{"k":"b","x":1}`, `{"k":"a"}`}},
		{"recursion", schemaOf(`{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"v":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["v"],"additionalProperties":false}}}`),
			[]string{`{"v":1}`, `{"v":1,"children":[{"v":2,"children":[]}]}`}, []string{`{"v":1,"children":[{}]}`}},
		{"nullable", schemaOf(`{"type":"string","nullable":true}`), []string{`null`, `"a"`}, []string{`1`}},
		{"patternProperties", schemaOf(`{"type":"object","patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false}`), []string{`{}`, `{"x-a":1}`}, []string{`{"a":1}`, `{"x-a":true}`}},
		{"minProperties", schemaOf(`{"type":"object","properties":{"a":{},"b":{},"c":{}},"minProperties":2,"maxProperties":2,"additionalProperties":false}`), []string{`{"a":1,"c":1}`}, []string{`{"a":1}`, `{"a":1,"b":1,"c":1}`}},
		{"closed", &Spec{Type: JSONSchema, Schema: []byte(`{"type":"object","properties":{"a":{"type":"object"}}}`), AdditionalProperties: &no}, []string{`{}`, `{"a":{}}`}, []string{`{"b":1}`, `{"a":{"x":1}}`}},
		{"true", schemaOf(`true`), []string{`1`, `{"a":[]}`}, []string{``}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := machine(t, c.form)
			for _, text := range c.yes {
				if !m.Matches(text) {
					t.Errorf("refuses %q", text)
				}
			}
			for _, text := range c.no {
				if m.Matches(text) {
					t.Errorf("allows %q", text)
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"items":`, 200) + "true" + strings.Repeat("}", 200)
	for _, c := range []struct {
		form *Spec
		want string
	}{
		{schemaOf(`{"properties":{"a/b":{"uniqueItems":true}}}`), `at /properties/a~1b/uniqueItems: uniqueItems is not supported`},
		{schemaOf(`{"not":{}}`), `at /not: the keyword "not" is not supported`},
		{schemaOf(`{"if":{}}`), `at /if: `},
		{schemaOf(`{"$ref":"http://example.com/s"}`), `at /$ref: the reference "http://example.com/s" is not supported`},
		{schemaOf(`{"$ref":"#/$defs/x"}`), `leads nowhere`},
		{schemaOf(`{"$ref":"#"}`), `refers to itself`},
		{schemaOf(`{"anyOf":[{"$ref":"#"},{"type":"null"}]}`), `refers to itself`},
		{schemaOf(`{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}`), `no answer satisfies`},
		{schemaOf(`{"type":"string","minLength":3,"maxLength":2}`), `no answer satisfies`},
		{schemaOf(`{"type":"integer","minimum":3,"maximum":2}`), `no answer satisfies`},
		{schemaOf(`{"type":"integer","multipleOf":10,"minimum":1,"maximum":9}`), `no answer satisfies`},
		{schemaOf(`{"allOf":[{"type":"string"},{"type":"null"}]}`), `no answer satisfies`},
		{schemaOf(`false`), `no answer satisfies`},
		{schemaOf(`{"type":"string","enum":["a"],"pattern":"b"}`), `no answer satisfies`},
		{schemaOf(`{"type":"array","items":false,"minItems":1}`), `no answer satisfies`},
		{schemaOf(`{"oneOf":[{"type":"integer"},{"type":"number"}]}`), `at /oneOf: a value may satisfy both`},
		{schemaOf(`{"type":"text"}`), `at /type: "text" is not a type`},
		{schemaOf(`{"type":"string","format":"colour"}`), `at /format: the format "colour" is not supported (supported: date`},
		{schemaOf(`{"type":"string","pattern":"(?=a)"}`), `at /pattern: `},
		{schemaOf(`{"type":"string","pattern":"(a)\\1"}`), `references to groups`},
		{schemaOf(`{"type":"string","pattern":"a{2000}"}`), `at most 1000`},
		{schemaOf(`{"type":"string","pattern":"(x+x+)+y.{100}z.{100}"}`), `too complex`},
		{schemaOf(`{"type":"string","minLength":20000}`), `at : minLength over 10000`},
		{schemaOf(`{"minimum":"1"}`), `at /minimum: not a number`},
		{schemaOf(`{"type":"integer","multipleOf":1e300}`), `multipleOf`},
		{schemaOf(`{"minimum":1e999999999}`), `too large`},
		{schemaOf(deep), `nested more than 100 levels`},
		{schemaOf(`{"a`), `not JSON`},
		{schemaOf(`[]`), `a schema is an object`},
		{&Spec{Type: JSONSchema, Strict: true, Schema: []byte(`{"type":"object","properties":{"a":{"type":"object","properties":{}}},"required":["a"],"additionalProperties":false}`)}, `at /properties/a: strict needs additionalProperties: false`},
		{&Spec{Type: JSONSchema, Strict: true, Schema: []byte(`{"type":"object","properties":{"a":{}},"additionalProperties":false}`)}, `strict needs every property in required, "a" is not`},
		{&Spec{Type: JSONObject, WhitespacePattern: `x`}, `more than white space`},
		{&Spec{Type: Choice}, `no choices`},
		{&Spec{Type: Regex, Pattern: `(`}, `missing closing )`},
		{&Spec{Type: Regex, Pattern: `a[^\x00-\x{10ffff}]`}, `no answer satisfies`},
		{&Spec{Type: Regex, Pattern: `(a|b)*a(a|b){30}`}, `too complex`},
		{&Spec{Type: EBNF, Grammar: `root ::= root "a" | "b"`}, `root begins with itself`},
		{&Spec{Type: EBNF, Grammar: "root ::= a\na ::= \"x\"? b\nb ::= a \"y\" | \"z\""}, `begins with itself`},
		{&Spec{Type: EBNF, Grammar: `root ::= x`}, `uses x, which it does not define`},
		{&Spec{Type: EBNF, Grammar: `a ::= "x"`}, `no rule named root`},
		{&Spec{Type: EBNF, Grammar: "root ::= \"a\n\""}, `line 1: a " is missing`},
		{&Spec{Type: EBNF, Grammar: `root ::= "a" root`}, `no answer satisfies`},
		{&Spec{Type: EBNF, Grammar: `root ::= (` + strings.Repeat("(", 200)}, `nested more than 100 levels`},
		{&Spec{Type: EBNF, Grammar: `root ::= "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"{10000}`}, `too large`},
		{&Spec{Type: "xml"}, `"xml" is not one of`},
	} {
		n, err := c.form.Compile()
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "at : ", ""), strings.ReplaceAll(c.want, "at : ", "")) {
			t.Errorf("%.200s: %v, want %q", c.form.Schema, err, c.want)
		}
		var wrong *Error
		if err != nil && fmt.Sprintf("%T", err) != fmt.Sprintf("%T", wrong) {
			t.Errorf("%v is a %T", err, err)
		}
		_ = n
	}
}
