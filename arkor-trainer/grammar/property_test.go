package grammar

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/arkor-trainer/tokenizer"
)

// babbler writes answers as a model without any sense would: each token that
// may come next is as likely as the others.
type babbler struct {
	tok    *tokenizer.Tokenizer
	cache  *Cache
	stop   int32
	logits []float32
}

func newBabbler(t testing.TB) *babbler {
	t.Helper()
	tok, err := tokenizer.Load(builtin.Tiny())
	if err != nil {
		t.Fatal(err)
	}
	stop, _ := tok.Special("<|im_end|>")
	return &babbler{tok, NewCache(tok.VocabSize(), tok.Bytes, []int32{stop}), stop, make([]float32, tok.VocabSize())}
}

// answer returns a text that is held to form; ended is false when there was no
// end to it within limit tokens.
func (b *babbler) answer(t testing.TB, form Form, r *rand.Rand, limit int) (text string, ended bool) {
	t.Helper()
	m, err := b.cache.Matcher(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for range limit {
		for i := range b.logits {
			b.logits[i] = float32(r.NormFloat64())
		}
		m.Mask(b.logits)
		best := -1
		for i, score := range b.logits {
			if !math.IsInf(float64(score), -1) && (best < 0 || score > b.logits[best]) {
				best = i
			}
		}
		if best < 0 {
			t.Fatalf("nothing may follow %q", out)
		}
		if int32(best) == b.stop {
			return string(out), true
		}
		if _, special := b.tok.Name(int32(best)); special {
			t.Fatalf("a control token follows %q", out)
		}
		out = append(out, b.tok.Bytes(int32(best))...)
		m.Accept(int32(best))
	}
	return string(out), false
}

// drawer draws schemas at random.
type drawer struct{ *rand.Rand }

func (d drawer) pick(words ...string) string { return words[d.IntN(len(words))] }

func (d drawer) schema(depth int) map[string]any {
	if depth == 0 {
		return d.scalar()
	}
	switch d.IntN(12) {
	case 0, 1, 2, 3:
		return d.object(depth)
	case 4, 5:
		s := map[string]any{"type": "array", "items": d.schema(depth - 1), "maxItems": d.IntN(4)}
		if d.IntN(3) == 0 {
			s["prefixItems"] = []any{d.schema(depth - 1), d.scalar()}
		}
		if n := s["maxItems"].(int); n > 0 {
			s["minItems"] = d.IntN(n)
		}
		return s
	case 6:
		return map[string]any{"anyOf": []any{d.schema(depth - 1), d.schema(depth - 1)}}
	case 7:
		return map[string]any{"allOf": []any{d.object(depth), d.object(depth)}}
	case 8:
		variant := func(kind string) map[string]any {
			s := d.object(depth)
			s["properties"].(map[string]any)["kind"] = map[string]any{"const": kind}
			s["required"] = append(s["required"].([]string), "kind")
			return s
		}
		return map[string]any{"oneOf": []any{variant("a"), variant("b"), map[string]any{"type": "null"}}}
	}
	return d.scalar()
}

func (d drawer) object(depth int) map[string]any {
	properties, required := map[string]any{}, []string{}
	for range d.IntN(4) {
		name := d.pick("a", "b", "name", "é", "x-y", `q"`, "urgency")
		_, twice := properties[name]
		properties[name] = d.schema(depth - 1)
		if !twice && d.IntN(2) == 0 {
			required = append(required, name)
		}
	}
	s := map[string]any{"type": "object", "properties": properties, "required": required}
	switch d.IntN(5) {
	case 0:
		s["additionalProperties"] = d.scalar()
		s["maxProperties"] = len(required) + d.IntN(3)
	case 1:
		s["patternProperties"] = map[string]any{d.pick("^x", "a$", "[0-9]"): d.scalar()}
		s["additionalProperties"] = false
	case 2:
		s["minProperties"] = d.IntN(len(properties) + 1)
	default:
		s["additionalProperties"] = false
	}
	return s
}

func (d drawer) scalar() map[string]any {
	low := d.IntN(400) - 200
	switch d.IntN(12) {
	case 0:
		return map[string]any{"type": "integer", "minimum": low, "exclusiveMaximum": low + 1 + d.IntN(300)}
	case 1:
		return map[string]any{"type": "number", "minimum": float64(low) / 8, "maximum": float64(low)/8 + d.Float64()*10}
	case 2:
		return map[string]any{"type": "integer", "multipleOf": 1 + d.IntN(12), "minimum": low, "maximum": low + 100}
	case 3:
		return map[string]any{"type": "number", "multipleOf": float64(1+d.IntN(40)) / 8}
	case 4:
		return map[string]any{"type": "string", "minLength": d.IntN(4), "maxLength": 4 + d.IntN(10)}
	case 5:
		return map[string]any{"type": "string", "pattern": d.pick(`^[a-z]{2,5}$`, `^(yes|no)\b.{0,5}$`, `^\S{1,6}$`, `^[^\s"]{0,4}\d$`, `^\w+@\w+$`), "maxLength": 12}
	case 6:
		return map[string]any{"type": "string", "format": d.pick("date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "uri", "uri-reference", "hostname", "duration")}
	case 7:
		return map[string]any{"enum": []any{"low", "high", 3, nil, true, "ü\n", []any{1, "x"}}}
	case 8:
		return map[string]any{"type": []any{"boolean", "null"}}
	case 9:
		return map[string]any{"const": map[string]any{"a": []any{1.5}}}
	case 10:
		return map[string]any{"type": d.pick("integer", "number", "boolean", "null")}
	}
	return map[string]any{"type": "string", "enum": []any{"low", "high"}}
}

func validator(t testing.TB, source []byte) *jsonschema.Schema {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(source)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", value); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return s
}

// Another implementation of JSON Schema agrees with every answer that ended.
func TestAnswersValidate(t *testing.T) {
	t.Parallel()
	b := newBabbler(t)
	r := rand.New(rand.NewPCG(7, 7))
	ended, cut, refused := 0, 0, map[string]int{}
	for ended < 1000 {
		source, err := json.Marshal(drawer{r}.schema(1 + r.IntN(3)))
		if err != nil {
			t.Fatal(err)
		}
		form := &Spec{Type: JSONSchema, Schema: source}
		if r.IntN(3) == 0 {
			compact := false
			form.AnyWhitespace = &compact
		}
		if _, err := form.Compile(); err != nil {
			refused[err.Error()]++
			continue
		}
		check := validator(t, source)
		for range 5 {
			text, ok := b.answer(t, form, r, 300)
			if !ok {
				cut++
				continue
			}
			ended++
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err == nil {
				err = check.Validate(value)
			}
			if err != nil {
				t.Fatalf("%s\nallows %s\n%v", source, text, err)
			}
		}
	}
	t.Logf("%d ended, %d did not, %d schemas refused", ended, cut, len(refused))
	for problem := range refused {
		if !strings.Contains(problem, "no answer satisfies") && !strings.Contains(problem, "together with conditions on what is in it") &&
			!strings.Contains(problem, "multipleOf") && !strings.Contains(problem, "a value may satisfy both") && !strings.Contains(problem, "minProperties over") {
			t.Error(problem)
		}
	}
}

// A schema that refers to itself comes to an end, too.
func TestRecursiveAnswersValidate(t *testing.T) {
	t.Parallel()
	b := newBabbler(t)
	source := []byte(`{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"value":{"type":"integer"},
		"left":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["value","left"],"additionalProperties":false}}}`)
	check := validator(t, source)
	for seed := range uint64(100) {
		text, ok := b.answer(t, &Spec{Type: JSONSchema, Schema: source}, rand.New(rand.NewPCG(seed, 1)), 2000)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err == nil {
			err = check.Validate(value)
		}
		if !ok || err != nil {
			t.Fatalf("%v %q: %v", ok, text, err)
		}
	}
}

// What a matcher allows token by token is what it allows byte by byte, and an
// answer may end exactly when it is complete.
func TestMaskIsExact(t *testing.T) {
	t.Parallel()
	b := newBabbler(t)
	for _, form := range []*Spec{
		{Type: Regex, Pattern: `[é-ü€😀]{1,3}(ab|abc)?`},
		{Type: JSONSchema, Schema: []byte(`{"type":"array","items":{"type":"string","maxLength":3},"maxItems":2}`)},
		{Type: Choice, Choices: []string{"low", "lower", "ü"}},
	} {
		n, err := form.Compile()
		if err != nil {
			t.Fatal(err)
		}
		_ = n
		r := rand.New(rand.NewPCG(3, 3))
		for range 20 {
			m, err := b.cache.Matcher(t.Context(), form)
			if err != nil {
				t.Fatal(err)
			}
			for range 12 {
				clear(b.logits)
				m.Mask(b.logits)
				var allowed []int32
				for id := range b.logits {
					possible := b.logits[id] == 0
					switch _, special := b.tok.Name(int32(id)); {
					case int32(id) == b.stop:
						if possible != m.Complete() {
							t.Fatalf("%s: the end is allowed: %v", form.Type, possible)
						}
					case special:
						if possible {
							t.Fatalf("%s: a control token is allowed", form.Type)
						}
					default:
						probe := *m
						probe.Accept(int32(id))
						if possible == probe.Dead() {
							t.Fatalf("%s: token %q is allowed: %v", form.Type, b.tok.Bytes(int32(id)), possible)
						}
						if possible {
							allowed = append(allowed, int32(id))
						}
					}
				}
				if len(allowed) == 0 {
					break
				}
				m.Accept(allowed[r.IntN(len(allowed))])
			}
		}
	}
}

func BenchmarkMask(b *testing.B) {
	babble := newBabbler(b)
	form := &Spec{Type: JSONSchema, Schema: []byte(`{"type":"object","properties":{"a":{"type":"string","maxLength":200}},"required":["a"],"additionalProperties":false}`)}
	for i := range b.N {
		babble.answer(b, form, rand.New(rand.NewPCG(uint64(i), 1)), 100)
	}
}
