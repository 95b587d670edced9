package api

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// readBody reads a body in one of the two spellings, and returns what the worker is
// asked, or the code of the refusal and the field it is about.
func readBody(t *testing.T, body string, snake bool) (request, refusal string) {
	t.Helper()
	fields := &chatFields{snake: snake}
	if err := json.Unmarshal([]byte(body), &fields.fields); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	read := func() (ask, error) { return fields.chat(false) }
	if strings.Contains(body, `"prompt"`) {
		read = fields.completion
	}
	asked, err := read()
	var f *failure
	if errors.As(err, &f) {
		details, _ := f.details.(map[string]string)
		return "", f.code + " " + details["field"]
	}
	data, err := json.Marshal(asked.Request)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), ""
}

const (
	hi      = `"messages":[{"role":"user","content":"hi"}]`
	weather = `{"type":"function","function":{"name":"weather","description":"now","parameters":{"type":"object"},"strict":true}}`
	clock   = `{"type":"function","function":{"name":"clock"}}`
)

// 7.3 to 7.7: what a body asks for, in the words of the worker.
func TestChatRequests(t *testing.T) {
	t.Parallel()
	const messages = `"messages":[{"role":"user","content":"hi"}]`
	const tools = `"tools":[{"name":"weather","description":"now","parameters":{"type":"object"},"strict":true},{"name":"clock"}]`
	for body, want := range map[string]string{
		hi: messages,
		// 7.1: numbers, and what has no number.
		hi + `,"temperature":0,"topP":0.9,"maxTokens":64,"seed":-7000000000,"stop":["a","b"]`:                                                                   messages + `,"temperature":0,"topP":0.9,"maxTokens":64,"seed":-7000000000,"stop":["a","b"]`,
		hi + `,"maxCompletionTokens":3,"maxTokens":3,"stop":"x"`:                                                                                                messages + `,"maxTokens":3,"stop":["x"]`,
		hi + `,"temperature":null,"tools":null,"stop":null,"toolChoice":null,"n":1,"logprobs":false,"presencePenalty":0.0,"logitBias":{},"modalities":["text"]`: messages,
		hi + `,"unknown":{"x":1},"store":true,"metadata":{"a":"b"},"user":"ada"`:                                                                                messages,
		// 7.3: messages.
		`"messages":[{"role":"system","content":"s","id":"1"},{"role":"developer","content":"d"},{"role":"assistant","content":""}]`:                                                                      `"messages":[{"role":"system","content":"s"},{"role":"system","content":"d"},{"role":"assistant","content":""}]`,
		`"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]`:                                                                                                  `"messages":[{"role":"user","content":"ab"}]`,
		`"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"t1","content":"3"}]`: `"messages":[{"role":"assistant","content":"","toolCalls":[{"id":"t1","name":"f","arguments":"{\"a\":1}"}]},{"role":"tool","content":"3","toolCallId":"t1"}]`,
		// 7.4, 7.5: tools.
		hi + `,"tools":[` + weather + `,` + clock + `]`:                                                              messages + `,` + tools + `,"toolChoice":"auto"`,
		hi + `,"tools":[` + weather + `,` + clock + `],"toolChoice":"none","parallelToolCalls":false`:                messages + `,` + tools + `,"toolChoice":"none","parallelToolCalls":false`,
		hi + `,"tools":[` + weather + `,` + clock + `],"toolChoice":"required"`:                                      messages + `,` + tools + `,"toolChoice":"required"`,
		hi + `,"tools":[` + weather + `,` + clock + `],"toolChoice":{"type":"function","function":{"name":"clock"}}`: messages + `,` + tools + `,"toolChoice":{"name":"clock"}`,
		hi + `,"tools":[],"toolChoice":"auto"`:                                                                       messages,
		// 7.6: response formats.
		hi + `,"responseFormat":{"type":"text"}`:                                                              messages,
		hi + `,"responseFormat":{"type":"json_object"}`:                                                       messages + `,"constraint":{"type":"json_object"}`,
		hi + `,"responseFormat":{"type":"json_schema","json_schema":{"name":"t","schema":{"type":"object"}}}`: messages + `,"constraint":{"type":"json_schema","schema":{"type":"object"}}`,
		hi + `,"responseFormat":{"type":"json_schema","json_schema":{"name":"t","strict":true,"schema":{"type":"object","additionalProperties":false}}}`: messages + `,"constraint":{"type":"json_schema","schema":{"type":"object","additionalProperties":false},"strict":true}`,
		// 7.7: structured outputs.
		hi + `,"structuredOutputs":{"json":{"type":"object"},"disable_any_whitespace":true,"disable_additional_properties":true}`: messages + `,"constraint":{"type":"json_schema","schema":{"type":"object"},"anyWhitespace":false,"additionalProperties":false}`,
		hi + `,"structuredOutputs":{"regex":"a+","choice":null}`:                                                                  messages + `,"constraint":{"type":"regex","pattern":"a+"}`,
		hi + `,"structuredOutputs":{"choice":["low","high"]}`:                                                                     messages + `,"constraint":{"type":"choice","choices":["low","high"]}`,
		hi + `,"structuredOutputs":{"grammar":"root ::= \"a\""}`:                                                                  messages + `,"constraint":{"type":"grammar","grammar":"root ::= \"a\""}`,
		hi + `,"structuredOutputs":{"json_object":true,"whitespace_pattern":" ?"},"responseFormat":{"type":"text"}`:               messages + `,"constraint":{"type":"json_object","whitespacePattern":" ?"}`,
		// A prompt is continued as it is.
		`"prompt":"Once","maxTokens":5`:                         `"prompt":"Once","maxTokens":5`,
		`"prompt":["Once"],"echo":false,"suffix":"","bestOf":1`: `"prompt":"Once"`,
	} {
		for _, snake := range []bool{false, true} {
			got, refusal := readBody(t, "{"+inSpelling(body, snake)+"}", snake)
			if got != "{"+want+"}" || refusal != "" {
				t.Errorf("%s:\n got %s%s\nwant {%s}", body, got, refusal, want)
			}
		}
	}
}

// inSpelling writes the names of a body's own fields as OpenAI does.
func inSpelling(body string, snake bool) string {
	if !snake {
		return body
	}
	b := &chatFields{snake: true}
	for _, name := range []string{"topP", "maxTokens", "maxCompletionTokens", "toolChoice", "parallelToolCalls", "responseFormat",
		"structuredOutputs", "streamOptions", "presencePenalty", "frequencyPenalty", "topLogprobs", "logitBias", "bestOf",
		"functionCall", "webSearchOptions"} {
		body = strings.ReplaceAll(body, `"`+name+`"`, `"`+b.spelled(name)+`"`)
	}
	return body
}

// 7.2 to 7.8: what is refused, with the code and the field.
func TestRefusedChatRequests(t *testing.T) {
	t.Parallel()
	call := func(call string) string {
		return `"messages":[{"role":"assistant","tool_calls":[` + call + `]}]`
	}
	tools := func(tools string) string { return hi + `,"tools":[` + tools + `]` }
	strict := func(schema string) string {
		return hi + `,"responseFormat":{"type":"json_schema","json_schema":{"name":"t","strict":true,"schema":` + schema + `}}`
	}
	structured := func(s string) string { return hi + `,"structuredOutputs":` + s }
	const inCall = "messages[0].tool_calls[0]"
	for body, want := range map[string]string{
		``:                             "invalid_request messages",
		`"messages":[]`:                "invalid_request messages",
		`"messages":{}`:                "invalid_request messages",
		`"messages":[{"role":"user"}]`: "invalid_request messages[0].content",
		`"messages":[{"role":"user","content":7}]`:                                             "invalid_request messages[0].content",
		`"messages":[{"role":"user","content":[]}]`:                                            "invalid_request messages[0].content",
		`"messages":[{"role":"user","content":[{"type":"text"}]}]`:                             "invalid_request messages[0].content[0].text",
		`"messages":[{"role":"user","content":[{"type":"image_url"}]}]`:                        "unsupported_here messages[0].content[0]",
		`"messages":[{"role":"robot","content":"x"}]`:                                          "invalid_request messages[0].role",
		`"messages":[{"role":"assistant"}]`:                                                    "invalid_request messages[0].content",
		`"messages":[{"role":"assistant","content":null,"tool_calls":[]}]`:                     "invalid_request messages[0].content",
		`"messages":[{"role":"tool","content":"x"}]`:                                           "invalid_request messages[0].tool_call_id",
		`"messages":[{"role":"tool","tool_call_id":"t"}]`:                                      "invalid_request messages[0].content",
		call(`{"type":"function","function":{"name":"f","arguments":"{}"}}`):                   "invalid_request " + inCall + ".id",
		call(`{"id":"t","type":"custom","function":{"name":"f","arguments":"{}"}}`):            "invalid_request " + inCall + ".type",
		call(`{"id":"t","type":"function","function":{"arguments":"{}"}}`):                     "invalid_request " + inCall + ".function.name",
		call(`{"id":"t","type":"function","function":{"name":"f"}}`):                           "invalid_request " + inCall + ".function.arguments",
		call(`{"id":"t","type":"function","function":{"name":"f","arguments":{}}}`):            "invalid_request messages.tool_calls.function.arguments",
		tools(`{"type":"custom"}`):                                                             "invalid_request tools[0].type",
		tools(`{"type":"function"}`):                                                           "invalid_request tools[0].function.name",
		tools(`{"type":"function","function":{"name":"a b"}}`):                                 "invalid_request tools[0].function.name",
		tools(clock + `,` + clock):                                                             "invalid_request tools[1].function.name",
		tools(`{"type":"function","function":{"name":"a","parameters":[]}}`):                   "invalid_request tools[0].function.parameters",
		tools(`{"type":"function","function":{"name":"a","strict":"yes"}}`):                    "invalid_request tools.function.strict",
		tools(strings.Repeat(clock+",", 128) + clock):                                          "invalid_request tools",
		tools(clock) + `,"toolChoice":"always"`:                                                "invalid_request toolChoice",
		tools(clock) + `,"toolChoice":{}`:                                                      "invalid_request toolChoice",
		tools(clock) + `,"toolChoice":{"type":"auto"}`:                                         "invalid_request toolChoice",
		tools(clock) + `,"toolChoice":{"type":"required"}`:                                     "invalid_request toolChoice",
		tools(clock) + `,"toolChoice":{"type":"function","function":{"name":"weather"}}`:       "invalid_request toolChoice",
		tools(clock) + `,"toolChoice":{"type":"function"}`:                                     "invalid_request toolChoice",
		tools(clock) + `,"parallelToolCalls":1`:                                                "invalid_request parallelToolCalls",
		hi + `,"toolChoice":"required"`:                                                        "invalid_request toolChoice",
		tools(clock) + `,"toolChoice":"required","responseFormat":{"type":"json_object"}`:      "invalid_request toolChoice",
		hi + `,"responseFormat":"json"`:                                                        "invalid_request responseFormat",
		hi + `,"responseFormat":{}`:                                                            "invalid_request responseFormat.type",
		hi + `,"responseFormat":{"type":"json_schema"}`:                                        "invalid_request responseFormat.json_schema",
		hi + `,"responseFormat":{"type":"json_schema","json_schema":{"schema":{}}}`:            "invalid_request responseFormat.json_schema.name",
		hi + `,"responseFormat":{"type":"json_schema","json_schema":{"name":"t"}}`:             "invalid_request responseFormat.json_schema.schema",
		hi + `,"responseFormat":{"type":"json_schema","json_schema":{"name":"t","schema":[]}}`: "invalid_request responseFormat.json_schema.schema",
		strict(`{"type":"object"}`):                                                            "invalid_schema responseFormat.json_schema.schema",
		strict(`{"properties":{"a":{}},"additionalProperties":false}`):                         "invalid_schema responseFormat.json_schema.schema",
		strict(`{"type":"array","items":{"type":["object","null"]}}`):                          "invalid_schema responseFormat.json_schema.schema",
		structured(`{}`): "invalid_request structuredOutputs",
		structured(`{"regex":"a","choice":["a"]}`):                          "invalid_request structuredOutputs",
		structured(`{"json":"{}"}`):                                         "invalid_request structuredOutputs.json",
		structured(`{"regex":""}`):                                          "invalid_request structuredOutputs.regex",
		structured(`{"choice":[]}`):                                         "invalid_request structuredOutputs.choice",
		structured(`{"choice":[1]}`):                                        "invalid_request structuredOutputs.choice",
		structured(`{"grammar":" \n"}`):                                     "invalid_request structuredOutputs.grammar",
		structured(`{"json_object":false}`):                                 "invalid_request structuredOutputs.json_object",
		structured(`{"regex":"a","disable_any_whitespace":1}`):              "invalid_request structuredOutputs.disable_any_whitespace",
		structured(`{"regex":"a"},"responseFormat":{"type":"json_object"}`): "invalid_request structuredOutputs",
		hi + `,"temperature":-1`:                                            "invalid_request temperature",
		hi + `,"temperature":"hot"`:                                         "invalid_request temperature",
		hi + `,"topP":0`:                                                    "invalid_request topP",
		hi + `,"topP":1.1`:                                                  "invalid_request topP",
		hi + `,"maxTokens":0`:                                               "invalid_request maxTokens",
		hi + `,"maxTokens":1.5`:                                             "invalid_request maxTokens",
		hi + `,"maxTokens":1e400`:                                           "invalid_request maxTokens",
		hi + `,"maxTokens":1,"maxCompletionTokens":2`:                       "invalid_request maxCompletionTokens",
		hi + `,"seed":0.5`:                                                  "invalid_request seed",
		hi + `,"stop":[""]`:                                                 "invalid_request stop",
		hi + `,"stop":7`:                                                    "invalid_request stop",
		hi + `,"stop":["` + strings.Repeat(`","`, 16) + `"]`:                "invalid_request stop",
		hi + `,"stream":"yes"`:                                              "invalid_request stream",
		hi + `,"streamOptions":{"include_usage":true}`:                      "invalid_request streamOptions",
		hi + `,"n":2`:                                                       "unsupported_here n",
		hi + `,"logprobs":true`:                                             "unsupported_here logprobs",
		hi + `,"topLogprobs":1`:                                             "unsupported_here topLogprobs",
		hi + `,"presencePenalty":0.1`:                                       "unsupported_here presencePenalty",
		hi + `,"frequencyPenalty":-0.1`:                                     "unsupported_here frequencyPenalty",
		hi + `,"logitBias":{"1":2}`:                                         "unsupported_here logitBias",
		hi + `,"functions":[{"name":"f"}]`:                                  "unsupported_here functions",
		hi + `,"functionCall":{"name":"f"}`:                                 "unsupported_here functionCall",
		hi + `,"modalities":["audio"]`:                                      "unsupported_here modalities",
		hi + `,"audio":{"voice":"x"}`:                                       "unsupported_here audio",
		hi + `,"webSearchOptions":{}`:                                       "unsupported_here webSearchOptions",
		`"prompt":""`:                                                       "invalid_request prompt",
		`"prompt":null`:                                                     "invalid_request prompt",
		`"prompt":[1,2]`:                                                    "unsupported_here prompt",
		`"prompt":[1]`:                                                      "invalid_request prompt",
		`"prompt":["a","b"]`:                                                "unsupported_here prompt",
		`"prompt":"a","echo":true`:                                          "unsupported_here echo",
		`"prompt":"a","logprobs":0`:                                         "unsupported_here logprobs",
		`"prompt":"a","suffix":"b"`:                                         "unsupported_here suffix",
		`"prompt":"a","bestOf":2`:                                           "unsupported_here bestOf",
	} {
		for _, snake := range []bool{false, true} {
			request, refusal := readBody(t, "{"+inSpelling(body, snake)+"}", snake)
			code, field, _ := strings.Cut(want, " ")
			top, inside, nested := strings.Cut(field, ".")
			inBody := code + " " + (&chatFields{snake: snake}).spelled(top)
			if nested { // which stays as it is
				inBody += "." + inside
			}
			if refusal != inBody {
				t.Errorf("%s: got %q %s, want %q", body, refusal, request, inBody)
			}
		}
	}
}

// 7.6: a strict schema lists and closes all of its objects; what is refused is
// named by its place.
func TestStrictSchemas(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`: "",
		`{"type":"string"}`: "",
		`{"type":"object","properties":{"type":{"type":"string"},"properties":{"type":"array","items":{"type":"integer"}}},"required":["type","properties"],"additionalProperties":false}`: "",
		`{"enum":[{"type":"object"}]}`:                  "",
		`{"type":"object"}`:                             " additionalProperties must be false",
		`{"type":"object","additionalProperties":true}`: " additionalProperties must be false",
		`{"type":"object","properties":{"a":{},"b":{}},"required":["a"],"additionalProperties":false}`:               ` required must list all properties: "b" is missing`,
		`{"type":"object","properties":{"a/b~":{"type":"object"}},"required":["a/b~"],"additionalProperties":false}`: "/properties/a~1b~0 additionalProperties must be false",
		`{"anyOf":[{"type":"null"},{"type":"object"}]}`:                                                              "/anyOf/1 additionalProperties must be false",
		`{"$defs":{"x":{"type":"array","items":{"type":"object"}}}}`:                                                 "/$defs/x/items additionalProperties must be false",
	} {
		var value any
		if err := json.Unmarshal([]byte(schema), &value); err != nil {
			t.Fatal(err)
		}
		at, problem := notStrict("", value)
		if got := strings.TrimRight(at+" "+problem, " "); got != want {
			t.Errorf("%s: %q, want %q", schema, got, want)
		}
	}
}

func FuzzChatBody(f *testing.F) {
	f.Add(`{"messages":[{"role":"user","content":"hi"}],"maxTokens":3}`, false)
	f.Add(`{"messages":[{"role":"tool","content":null}],"toolChoice":{"type":"function"}}`, false)
	f.Add(`{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"tools":[`+weather+`],"tool_choice":"required","stop":["x"]}`, true)
	f.Add(`{`+hi+`,"response_format":{"type":"json_schema","json_schema":{"name":"t","strict":true,"schema":{"type":"object"}}},"seed":1e9}`, true)
	f.Add(`{"prompt":["a"],"stream":true,"stream_options":{"include_usage":true}}`, true)
	f.Fuzz(func(t *testing.T, text string, snake bool) {
		for _, raw := range []bool{false, true} {
			fields := &chatFields{snake: snake}
			if json.Unmarshal([]byte(text), &fields.fields) != nil {
				return
			}
			read := func() (ask, error) { return fields.chat(true) }
			if raw {
				read = fields.completion
			}
			asked, err := read()
			var f *failure
			switch {
			case err != nil && (!errors.As(err, &f) || f.status != 400 || f.code == "" || f.message == ""):
				t.Errorf("%s: refused as %#v", text, err)
			case err == nil && (len(asked.Messages) == 0) != raw, err == nil && (asked.Prompt == nil) == raw:
				t.Errorf("accepted %s", text)
			case err == nil && asked.MaxTokens != nil && *asked.MaxTokens < 1:
				t.Errorf("%d tokens of %s", *asked.MaxTokens, text)
			}
			if _, err := json.Marshal(asked.Request); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}
