package jobnotes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// B12: notes are kept, changed and removed; what this release does not know
// stays in the file.
func TestNotes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check := func(want map[string]Note) {
		t.Helper()
		got, err := All(dir)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	check(map[string]Note{})
	if n, err := Set(t.Context(), dir, "j_1", Note{}); err != nil || !n.empty() {
		t.Errorf("%+v %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(dir, File)); !os.IsNotExist(err) {
		t.Errorf("a file for nothing: %v", err)
	}

	put(t, dir, File, `{"later":{"a":1},"jobs":{"old":{"name":"kept","color":"red"}}}`)
	kept, err := Set(t.Context(), dir, "j_1", Note{Name: " Best\u202e  so\nfar ", Text: " one\ntwo\x1b[31m ", Tags: []string{" keep ", "KEEP", "", "a,b"}})
	want := Note{Name: "Best so far", Text: "one\ntwo[31m", Tags: []string{"keep", "a b"}}
	if err != nil || !reflect.DeepEqual(kept, want) {
		t.Errorf("%+v %v", kept, err)
	}
	check(map[string]Note{"old": {Name: "kept"}, "j_1": want})
	if _, err := Set(t.Context(), dir, "j_1", Note{Text: " "}); err != nil {
		t.Error(err)
	}
	check(map[string]Note{"old": {Name: "kept"}})
	text, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil || !strings.Contains(string(text), `"later"`) || !strings.Contains(string(text), `"color"`) {
		t.Errorf("%s %v", text, err)
	}
}

func TestNotesHaveLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, n := range []Note{
		{Name: strings.Repeat("ü", MaxName+1)}, {Text: strings.Repeat("x", MaxText+1)}, {Tags: []string{strings.Repeat("x", MaxTag+1)}},
		{Tags: strings.Split("a b c d e f g h i j k l m", " ")},
	} {
		var invalid *InvalidError
		if _, err := Set(t.Context(), dir, "j", n); !errors.As(err, &invalid) {
			t.Errorf("%v", err)
		}
	}
	longest := Note{Name: strings.Repeat("ü", MaxName), Text: strings.Repeat("x", MaxText), Tags: strings.Split("a b c d e f g h i j k l", " ")}
	if _, err := Set(t.Context(), dir, "j", longest); err != nil {
		t.Error(err)
	}
	f, err := read(dir)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(longest)
	if err != nil {
		t.Fatal(err)
	}
	const others = 230
	for i := range others {
		f.jobs[fmt.Sprint(i)] = raw
	}
	data, err := f.with("j", longest)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, File, string(data))
	for i := 0; err == nil && i < others; i++ {
		_, err = Set(t.Context(), dir, fmt.Sprint("more ", i), longest)
	}
	if !errors.Is(err, ErrFull) {
		t.Error(err)
	}
	if notes, err := All(dir); err != nil || len(notes) <= others {
		t.Errorf("%d %v", len(notes), err)
	}
}

// A file that was damaged is neither used nor replaced.
func TestNotesThatAreBroken(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `{`, `[]`, `null`, `{"jobs":[]}`, `{"jobs":{"a":"b"}}`, strings.Repeat(" ", maxFile) + "{}"} {
		dir := t.TempDir()
		put(t, dir, File, text)
		var broken *BrokenError
		if _, err := All(dir); !errors.As(err, &broken) {
			t.Errorf("%.20q: %v", text, err)
		}
		if text == `{"jobs":{"a":"b"}}` {
			continue // another job's can be written all the same
		}
		if _, err := Set(context.Background(), dir, "j", Note{Name: "x"}); !errors.As(err, &broken) {
			t.Errorf("%.20q: %v", text, err)
		}
		if now, err := os.ReadFile(filepath.Join(dir, File)); err != nil || string(now) != text {
			t.Errorf("%.20q became %.20q", text, now)
		}
	}
}

// Two tabs that write at once both have written.
func TestNotesAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const n = 20
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if _, err := Set(t.Context(), dir, fmt.Sprint(i), Note{Name: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if notes, err := All(dir); err != nil || len(notes) != n {
		t.Errorf("%d %v", len(notes), err)
	}
}

func FuzzNotes(f *testing.F) {
	f.Add(`{"jobs":{"a":{"name":"n","text":"t","tags":["x"]}}}`, "a")
	f.Add(`{"jobs":{"a":null},"b":1}`, "\xff")
	f.Fuzz(func(t *testing.T, text, id string) {
		parsed, err := parse([]byte(text))
		if err != nil {
			return
		}
		data, err := parsed.with(id, Note{Name: "x"})
		if err != nil {
			return
		}
		again, err := parse(data)
		if err != nil {
			t.Fatalf("%q becomes %q: %v", text, data, err)
		}
		if len(again.fields) > len(parsed.fields)+1 || len(again.jobs) == 0 {
			t.Errorf("%q becomes %q", text, data)
		}
	})
}

// B17: what a job was started from, where it was started from here.
func TestSource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	commit, hash := strings.Repeat("a1", 20), strings.Repeat("b2", 32)
	put(t, dir, ".arkor/source/j_1.json", `{"commit":"`+commit+`","changed":true,"artifactHash":"`+hash+`","later":1}`)
	put(t, dir, ".arkor/source/j_2.json", `{"commit":"<b>","changed":true,"artifactHash":"`+commit+`"}`)
	put(t, dir, ".arkor/source/j_3.json", `{"commit":`)
	put(t, dir, ".arkor/j_4.json", `{"commit":"`+commit+`"}`)
	for id, want := range map[string]*Source{
		"j_1": {commit, true, hash}, "j_2": nil, "j_3": nil, "../j_4": nil, "..": nil, "unknown": nil,
	} {
		if got, err := SourceOf(dir, id); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v %v", id, got, err)
		}
	}
}

func FuzzSource(f *testing.F) {
	f.Add([]byte(`{"commit":"0123456789012345678901234567890123456789","changed":true,"artifactHash":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s := parseSource(data); s != nil && s.Commit != "" && !hexBytes.MatchString(s.Commit) {
			t.Errorf("%q gives %q", data, s.Commit)
		}
	})
}
