package scaffold

import (
	_ "embed"
	"fmt"
	"strings"
)

// These lines are found again by every later release: they never change.
const (
	beginMarker = "<!-- BEGIN:arkor-agent-rules -->"
	signature   = "# arkor is newer than your training data"
	endMarker   = "<!-- END:arkor-agent-rules -->"
)

//go:embed agentrules.md
var agentRules string

func agentBlock() string {
	return beginMarker + "\n" + signature + "\n" + strings.ReplaceAll(agentRules, "\r\n", "\n") + endMarker
}

// agents plans AGENTS.md and CLAUDE.md and reports whether the project will have
// the second.
func (p *Plan) agents(opts Options) (steps []step, claude bool, err error) {
	if !opts.AgentsMD {
		return nil, false, nil
	}
	var blocks int
	var stray bool
	rules, err := p.edit("AGENTS.md", []byte(agentBlock()+"\n"), func(old []byte) ([]byte, error) {
		text, hasBOM := strings.CutPrefix(string(old), bom)
		text, blocks, stray = putBlock(text)
		if hasBOM {
			text = bom + text
		}
		return []byte(text), nil
	})
	if err != nil {
		return nil, false, err
	}
	found, err := p.folder.look("CLAUDE.md")
	if err != nil {
		return nil, false, err
	}
	link := step{Entry: Entry{Kept, "CLAUDE.md"}, at: found}
	if !found.exists {
		link.Action, link.after = Created, []byte("@AGENTS.md\n")
	}
	switch {
	case blocks > 1:
		rules.Action = Kept
		p.warn("AGENTS.md holds %d blocks that begin with %s and stays as it is: "+
			"remove the duplicates and re-run this command", blocks, beginMarker)
		if !found.exists {
			link.Action = Skipped
			p.warn("CLAUDE.md was not created: it would import the duplicates in AGENTS.md")
		}
	case stray:
		p.warn("AGENTS.md holds a marker of arkor's block alone, without %s, %q below it and the end marker: "+
			"that part counts as yours and stays as it is", beginMarker, signature)
	}
	return []step{rules, link}, link.Action != Skipped, nil
}

// putBlock brings the block in text up to date, or appends one. It changes
// nothing when there are several, of which it returns the number; stray says
// that there are markers which are no part of any.
func putBlock(text string) (result string, blocks int, stray bool) {
	found, stray := findBlocks(text)
	br := lineEnd(text)
	block := strings.ReplaceAll(agentBlock(), "\n", br)
	switch len(found) {
	case 0:
		return text + blankLine(text, br) + block + br, 0, stray
	case 1:
		return text[:found[0].start] + block + text[found[0].end:], 1, stray
	}
	return text, len(found), stray
}

// blankLine returns what is to be added to text for it to end with an empty
// line, or to be empty.
func blankLine(text, br string) string {
	switch plain := strings.ReplaceAll(text, "\r\n", "\n"); {
	case plain == "" || strings.HasSuffix(plain, "\n\n"):
		return ""
	case strings.HasSuffix(plain, "\n"):
		return br
	}
	return br + br
}

type span struct{ start, end int }

// findBlocks returns the blocks in text: a line that is the begin marker, one
// that is the signature, and what follows to the next line that starts with the
// end marker. Of two beginnings before one end, the first is somebody's text.
func findBlocks(text string) (blocks []span, stray bool) {
	begin := -1 // of the block that may be open
	offset := 0
	for line := range strings.Lines(text) {
		rest := text[offset+len(line):]
		switch {
		case strings.HasPrefix(line, beginMarker):
			if bare(line) == beginMarker && bare(firstLine(rest)) == signature {
				stray = stray || begin >= 0
				begin = offset
			} else {
				stray = true
			}
		case strings.HasPrefix(line, endMarker):
			if begin >= 0 {
				blocks = append(blocks, span{begin, offset + len(endMarker)})
			} else {
				stray = true
			}
			begin = -1
		}
		offset += len(line)
	}
	return blocks, stray || begin >= 0
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// bare returns line without its end.
func bare(line string) string {
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
}

// mentionAgents adds to a README what it says about the two files.
func mentionAgents(readme []byte) []byte {
	const section = `
## Coding assistants

%[1]sAGENTS.md%[1]s sends coding assistants to Arkor's documentation instead of their memory, and %[1]sCLAUDE.md%[1]s imports it. Write
around the marked block; %[1]sarkor init%[1]s keeps the block up to date. %[1]sarkor init --no-agents-md%[1]s leaves both files out.
`
	return fmt.Appendf(readme[:len(readme):len(readme)], section, "`")
}
