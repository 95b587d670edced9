package scaffold

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Sections 5.5 and 5.6 of the behaviour contract, and rule 8 of 5.2; tests carry
// the numbers of the rules.

func withAgents(o *Options) { o.AgentsMD = true }

// agents scaffolds into a directory with this AGENTS.md and returns what became
// of it. A second run must change nothing.
func agents(t *testing.T, old string, more ...string) (dir, now string, result Result) {
	t.Helper()
	dir = t.TempDir()
	put(t, filepath.Join(dir, "AGENTS.md"), old)
	for _, path := range more {
		put(t, filepath.Join(dir, path), "mine")
	}
	result = scaffold(t, dir, withAgents)
	before := contents(t, dir)
	for _, e := range scaffold(t, dir, withAgents).Entries {
		if e.Action != OK && e.Action != Kept && e.Action != Skipped {
			t.Errorf("%q: again: %v", old, e)
		}
	}
	if now := contents(t, dir)["AGENTS.md"]; now != before["AGENTS.md"] {
		t.Errorf("%q: not stable: %q", old, now)
	}
	return dir, before["AGENTS.md"], result
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestSection5_5_Block(t *testing.T) {
	t.Parallel()
	block := agentBlock()
	if !strings.HasPrefix(block, "<!-- BEGIN:arkor-agent-rules -->\n# arkor is newer than your training data\n") ||
		!strings.HasSuffix(block, "\n<!-- END:arkor-agent-rules -->") || strings.Contains(block, "\r") {
		t.Errorf("got %q", block)
	}
	at := 0
	for _, part := range []string{
		"not guess", "memory", "node_modules/arkor/docs/", ".d.ts", "only when nothing is installed", "older", "source code",
		"documentation is right", "`src/arkor/index.ts`: ", "`src/arkor/trainer.ts`: ", "`arkor.config.ts`: ",
	} {
		i := strings.Index(block[at:], part)
		if i < 0 {
			t.Fatalf("the block does not say %q behind %.60q", part, block[at:])
		}
		at += i
	}
}

func TestRule5_19_NewAgentsMD(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got := write(t, dir, withAgents)
	if tail := got[len(got)-2:]; !slices.Equal(tail, entries(Created, "AGENTS.md", "CLAUDE.md")) {
		t.Errorf("got %v", got)
	}
	files := contents(t, dir)
	if files["AGENTS.md"] != agentBlock()+"\n" || files["CLAUDE.md"] != "@AGENTS.md\n" {
		t.Errorf("got %q and %q", files["AGENTS.md"], files["CLAUDE.md"])
	}
	if got := write(t, dir, withAgents); !slices.Equal(got[len(got)-2:], []Entry{{OK, "AGENTS.md"}, {Kept, "CLAUDE.md"}}) {
		t.Errorf("again: %v", got)
	}
}

func TestRule5_20_WhatIsABlock(t *testing.T) {
	t.Parallel()
	const b, s, e = beginMarker, signature, endMarker
	for _, c := range []struct {
		name, text string
		blocks     []string
		stray      bool
	}{
		{"nothing", "# Rules\n", nil, false},
		{"one", "x\n" + b + "\n" + s + "\nold\n" + e + "\ny", []string{b + "\n" + s + "\nold\n" + e}, false},
		{"one at the start", b + "\n" + s + "\n" + e, []string{b + "\n" + s + "\n" + e}, false},
		{"CRLF", "x\r\n" + b + "\r\n" + s + "\r\nold\r\n" + e + "\r\n", []string{b + "\r\n" + s + "\r\nold\r\n" + e}, false},
		{"text behind the end", b + "\n" + s + "\n" + e + " mine\n", []string{b + "\n" + s + "\n" + e}, false},
		{"the shortest", b + "\n" + s + "\n" + e + "\n" + e + "\n", []string{b + "\n" + s + "\n" + e}, true},
		{"two", b + "\n" + s + "\n" + e + "\n" + b + "\n" + s + "\n" + e, []string{b + "\n" + s + "\n" + e, b + "\n" + s + "\n" + e}, false},
		{"in backticks", "`" + b + "`\n" + s + "\n" + e + "x\n", nil, true},
		{"in the middle of lines", "see " + b + "\n" + s + "\nand " + e + "\n", nil, false},
		{"indented", " " + b + "\n" + s + "\n " + e + "\n", nil, false},
		{"no signature", b + "\n# mine\n" + e + "\n", nil, true},
		{"a signature that was edited", b + "\n" + s + "!\n" + e + "\n", nil, true},
		{"a signature with a space", b + "\n" + s + " \n" + e + "\n", nil, true},
		{"a blank line before the signature", b + "\n\n" + s + "\n" + e + "\n", nil, true},
		{"text behind the beginning", b + " x\n" + s + "\n" + e + "\n", nil, true},
		{"no end", b + "\n" + s + "\nold\n", nil, true},
		{"the end in the middle of a line", b + "\n" + s + "\nold " + e + "\n", nil, true},
		{"one without an end, then one", b + "\n" + s + "\nmine\n\n" + b + "\n" + s + "\n" + e, []string{b + "\n" + s + "\n" + e}, true},
		{"a marker within", b + "\n" + s + "\n" + b + "\nold\n" + e, []string{b + "\n" + s + "\n" + b + "\nold\n" + e}, true},
	} {
		found, stray := findBlocks(c.text)
		var blocks []string
		for _, f := range found {
			blocks = append(blocks, c.text[f.start:f.end])
		}
		if !slices.Equal(blocks, c.blocks) || stray != c.stray {
			t.Errorf("%s: got %q, stray %v", c.name, blocks, stray)
		}
	}
}

func TestRule5_21_OneBlockIsReplaced(t *testing.T) {
	t.Parallel()
	old, block := beginMarker+"\n"+signature+"\nold\nrules\n"+endMarker, agentBlock()
	for _, c := range []struct {
		text, want string
		action     Action
	}{
		{"# Mine\n\n" + old + "\n\nmore  ", "# Mine\n\n" + block + "\n\nmore  ", Patched},
		{"\ufeff" + old + "\n", "\ufeff" + block + "\n", Patched},
		{old, block, Patched},
		{"a\n" + block + "\nb", "a\n" + block + "\nb", OK},
		{"\ufeff" + block, "\ufeff" + block, OK},
	} {
		_, now, result := agents(t, c.text)
		if got := actions(result.Entries)["AGENTS.md"]; got != c.action || now != c.want || result.Warnings != nil {
			t.Errorf("%q: %v %q %v", c.text, got, now, result.Warnings)
		}
	}
}

func TestRule5_22_NoBlockIsAppended(t *testing.T) {
	t.Parallel()
	for text, separator := range map[string]string{
		"": "", "\ufeff": "", "# Mine": "\n\n", "# Mine\n": "\n", "# Mine\n\n": "", "# Mine\n\n\n": "", "\n": "\n", "x \n \n": "\n",
	} {
		_, now, result := agents(t, text)
		if got := actions(result.Entries)["AGENTS.md"]; got != Patched || now != text+separator+agentBlock()+"\n" {
			t.Errorf("%q: %v %q", text, got, now)
		}
	}
}

func TestRule5_23_LineEnds(t *testing.T) {
	t.Parallel()
	old := beginMarker + "\n" + signature + "\nold\n" + endMarker
	for _, c := range []struct{ name, text, want string }{
		{"CRLF", "a\r\nb\r\n", "a\r\nb\r\n\r\n" + crlf(agentBlock()) + "\r\n"},
		{"CRLF, no end", "a\r\nb", "a\r\nb\r\n\r\n" + crlf(agentBlock()) + "\r\n"},
		{"CRLF, empty line", "a\r\n\r\n", "a\r\n\r\n" + crlf(agentBlock()) + "\r\n"},
		{"a tie", "a\r\nb\n", "a\r\nb\n\n" + agentBlock() + "\n"},
		{"a stray CRLF", "a\nb\r\nc\n", "a\nb\r\nc\n\n" + agentBlock() + "\n"},
		{"a CRLF block", "a\r\n" + crlf(old) + "\r\nb\r\n", "a\r\n" + crlf(agentBlock()) + "\r\nb\r\n"},
	} {
		if _, now, _ := agents(t, c.text); now != c.want {
			t.Errorf("%s: got %q", c.name, now)
		}
	}
}

func TestRules5_24and26and27_Duplicates(t *testing.T) {
	t.Parallel()
	block := agentBlock() + "\n"
	for n, text := range map[int]string{2: block + "mine\n" + block, 3: block + block + crlf(block)} {
		dir, now, result := agents(t, text)
		got := actions(result.Entries)
		if now != text || got["AGENTS.md"] != Kept || got["CLAUDE.md"] != Skipped || len(result.Warnings) != 2 {
			t.Fatalf("%d: %v", n, result)
		}
		for _, part := range []string{"AGENTS.md", string(rune('0' + n)), beginMarker, "remove the duplicates", "re-run"} {
			if !strings.Contains(result.Warnings[0], part) {
				t.Errorf("%d: no %q in %s", n, part, result.Warnings[0])
			}
		}
		if w := result.Warnings[1]; !strings.Contains(w, "AGENTS.md") || !strings.Contains(w, "CLAUDE.md") {
			t.Errorf("%d: %s", n, w)
		}
		if _, err := os.Stat(filepath.Join(dir, "CLAUDE.md")); !os.IsNotExist(err) {
			t.Errorf("%d: CLAUDE.md: %v", n, err)
		}
	}
	// A CLAUDE.md that exists is kept and needs no warning of its own.
	_, _, result := agents(t, block+block, "CLAUDE.md")
	if got := actions(result.Entries); got["CLAUDE.md"] != Kept || len(result.Warnings) != 1 {
		t.Errorf("got %v", result)
	}
}

func TestRules5_25and26_ClaudeMD(t *testing.T) {
	t.Parallel()
	dir, _, result := agents(t, "# Mine\n")
	if data, _ := os.ReadFile(filepath.Join(dir, "CLAUDE.md")); string(data) != "@AGENTS.md\n" || actions(result.Entries)["CLAUDE.md"] != Created {
		t.Errorf("got %q, %v", data, result)
	}
	dir, _, result = agents(t, "# Mine\n", "CLAUDE.md")
	if data, _ := os.ReadFile(filepath.Join(dir, "CLAUDE.md")); string(data) != "mine" || actions(result.Entries)["CLAUDE.md"] != Kept || result.Warnings != nil {
		t.Errorf("got %q, %v", data, result)
	}
}

func TestWeakness14_MarkersWithoutTheSignature(t *testing.T) {
	t.Parallel()
	theirs := beginMarker + "\n# my own words\n" + endMarker + "\n"
	_, now, result := agents(t, theirs)
	if now != theirs+"\n"+agentBlock()+"\n" || actions(result.Entries)["AGENTS.md"] != Patched {
		t.Errorf("got %q, %v", now, result)
	}
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "AGENTS.md") || !strings.Contains(result.Warnings[0], signature) {
		t.Errorf("got %v", result.Warnings)
	}
}

func TestRules5_3and8_ReadmeMentionsWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, agents string
		on, want     bool
	}{
		{"switched off", "", false, false},
		{"switched off, but there", "# Mine\n", false, false},
		{"on", "", true, true},
		{"on and there", "# Mine\n", true, true},
		{"skipped", agentBlock() + "\n" + agentBlock() + "\n", true, false},
	} {
		dir := t.TempDir()
		if c.agents != "" {
			put(t, filepath.Join(dir, "AGENTS.md"), c.agents)
		}
		result := write(t, dir, func(o *Options) { o.AgentsMD = c.on })
		readme := contents(t, dir)["README.md"]
		for _, part := range []string{"AGENTS.md", "CLAUDE.md", "--no-agents-md"} {
			if strings.Contains(readme, part) != c.want {
				t.Errorf("%s: %q: %v", c.name, part, !c.want)
			}
		}
		if _, handled := actions(result)["AGENTS.md"]; handled != c.on {
			t.Errorf("%s: %v", c.name, result)
		}
	}
	// The template itself stays as it was: the next project may have it off.
	dir := t.TempDir()
	write(t, dir)
	if strings.Contains(contents(t, dir)["README.md"], "AGENTS.md") {
		t.Error("the template has changed")
	}
}

// Whatever a person wrote outside the block is there afterwards, and a second
// run finds nothing to do.
func FuzzPutBlock(f *testing.F) {
	for _, seed := range []string{
		"", "# Mine", "a\r\nb\r\n", agentBlock(), beginMarker + "\n" + signature + "\nold\n" + endMarker + " x",
		beginMarker + "\n" + signature, endMarker + "\n" + beginMarker + "\r\n" + signature + "\r\n" + endMarker,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, old string) {
		now, blocks, _ := putBlock(old)
		if again, n, _ := putBlock(now); again != now || n < 1 || n != max(blocks, 1) {
			t.Fatalf("not stable: %q, then %q", now, again)
		}
		found, _ := findBlocks(old)
		before, after := old, ""
		if len(found) == 1 {
			before, after = old[:found[0].start], old[found[0].end:]
		}
		if !strings.HasPrefix(now, before) || !strings.HasSuffix(now, after) {
			t.Fatalf("%q became %q", old, now)
		}
	})
}
