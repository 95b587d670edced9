package inference

import (
	"errors"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/process"
)

func FuzzParseReply(f *testing.F) {
	f.Add(`{"type":"ready","model":"arkor/tiny"}`)
	f.Add(`{"id":"r1","type":"token","text":"a"}`)
	f.Add(`{"id":"r1","type":"tool","index":1,"toolId":"t1","name":"weather","arguments":"{"}`)
	f.Add(`{"id":"r1","type":"error","code":"bad_adapter"}`)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := parseReply([]byte(line))
		if err != nil {
			return
		}
		if (r.Type == "token" || r.Type == "tool") && r.ID == "" {
			t.Error("a piece of nobody's answer")
		}
		if e := r.failure(); e.Code == "" || e.Message == "" {
			t.Errorf("empty failure %+v", e)
		}
	})
}

func TestOperationsFitIntoALine(t *testing.T) {
	t.Parallel()
	of := func(content string) error {
		_, err := operation{ID: "r1", Op: "generate", Request: Request{Messages: []Message{{Role: "user", Content: content}}}}.line()
		return err
	}
	if err := of(strings.Repeat("<", 2<<20)); err != nil {
		t.Error(err)
	}
	var refused *Error
	if err := of(strings.Repeat("x", maxOperation)); !errors.As(err, &refused) || refused.Code != "context_too_long" {
		t.Errorf("got %v", err)
	}
}

func TestLastWords(t *testing.T) {
	t.Parallel()
	var words lastWords
	for range 4000 {
		if _, err := words.Write([]byte("noise and more noise\n")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := words.Write([]byte("panic: the end\n\n")); err != nil {
		t.Fatal(err)
	}
	if words.String() != "panic: the end" || len(words.text) > process.LogEnd {
		t.Errorf("%q, %d bytes", words.String(), len(words.text))
	}
}
