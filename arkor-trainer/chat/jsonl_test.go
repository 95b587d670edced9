package chat

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestReadJSONL(t *testing.T) {
	t.Parallel()
	const file = "\ufeff" + `{"messages":[{"role":"system","content":"S"},{"role":"user","content":"ü\n"},{"role":"assistant","content":"A"}],"extra":1}` + "\r\n" +
		"\r\n" +
		`  {"prompt":"P","completion":"C"}  ` + "\n" +
		`{"messages":[{"role":"developer","content":"D"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"","tool_calls":[]}]}`
	got, err := ReadJSONL(iotest.OneByteReader(strings.NewReader(file)), "train.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	want := []Sample{
		{Line: 1, Messages: []Message{{Role: System, Content: "S"}, {Role: User, Content: "ü\n"}, {Role: Assistant, Content: "A"}}},
		{Line: 3, Messages: []Message{{Role: User, Content: "P"}, {Role: Assistant, Content: "C"}}},
		{Line: 4, Messages: []Message{{Role: System, Content: "D"}, {Role: User, Content: "ab"}, {Role: Assistant, Content: ""}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadJSONLErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ line, want string }{
		{`{"messages":[{"role":"user","content":"x"}`, "train.jsonl:2: not JSON: unexpected end of JSON input"},
		{`hello`, "train.jsonl:2: not JSON: invalid character 'h'"},
		{`["a"]`, "train.jsonl:2: not a JSON object but an array: expected {"},
		{`{"messages":"a"}`, `train.jsonl:2: "messages" is a string: expected {`},
		{`{"text":"a"}`, "train.jsonl:2: not a conversation: expected {"},
		{`{"messages":[]}`, "train.jsonl:2: no messages"},
		{`{"messages":[{"content":"a"}]}`, "train.jsonl:2: message 1 has no role (system, user, assistant or tool)"},
		{`{"messages":[{"role":"function","content":"a"}]}`, `train.jsonl:2: message 1 has the role "function": only system, user, assistant and tool are supported`},
		{`{"messages":[{"role":"user"}]}`, "train.jsonl:2: message 1: content is not text"},
		{`{"messages":[{"role":"user","content":null}]}`, "train.jsonl:2: message 1: content is not text"},
		{`{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, `train.jsonl:2: message 1: content of the type "image_url" is not supported, only text`},
		{`{"messages":[{"role":"assistant","content":null,"tool_calls":[{}]}]}`, `train.jsonl:2: message 1 has a call that is not {"id":"...","type":"function","function":{"name":"...","arguments":"{...}"}}`},
		{"{\"prompt\":\"\xff\",\"completion\":\"\"}", "train.jsonl:2: not UTF-8 text"},
		{strings.Repeat("x", MaxLine+10), "train.jsonl:2: the line is longer than 1 MiB"},
	} {
		_, err := ReadJSONL(strings.NewReader("\n"+test.line+"\n"), "train.jsonl")
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60s\n got %v\nwant %s", test.line, err, test.want)
		}
	}
}

func TestReadJSONLReportsTheReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	if _, err := ReadJSONL(iotest.ErrReader(broken), "a.jsonl"); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func FuzzReadJSONL(f *testing.F) {
	f.Add([]byte(`{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}`))
	f.Add([]byte(toolLine))
	f.Add([]byte("\ufeff{\"prompt\":\"p\",\"completion\":\"c\"}\r\n\n[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, err := ReadJSONL(strings.NewReader(string(data)), "f")
		if err != nil && (!strings.HasPrefix(err.Error(), "f:") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q", err)
		}
		for _, s := range samples {
			if s.Line < 1 || len(s.Messages) == 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}
