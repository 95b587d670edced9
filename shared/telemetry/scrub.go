package telemetry

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

const maxCredentials = 1 << 20

// removed stands for what was taken out of a message.
const removed = "*"

// secrets are texts that must not leave the machine, longest first.
type secrets []string

// newSecrets leaves out what is too short to tell anything.
func newSecrets(texts ...string) secrets {
	texts = slices.DeleteFunc(texts, func(s string) bool { return len(s) < 4 })
	slices.SortFunc(texts, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return texts
}

func (s secrets) remove(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, removed)
	}
	return text
}

// stored returns the texts of the credentials that are on this machine now,
// whatever their fields are called.
func stored(env cli.Env) []string {
	texts := []string{strings.TrimSpace(env.Getenv("ARKOR_TOKEN"))}
	store, err := credentials.Open(env)
	if err != nil {
		return texts
	}
	data, _ := wholefile.Read(store.Path(), maxCredentials)
	var fields map[string]any
	_ = json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\uFEFF")), &fields)
	for name, value := range fields {
		if text, ok := value.(string); ok && name != "mode" {
			texts = append(texts, strings.TrimSpace(text))
		}
	}
	return texts
}

// personal returns what a message may repeat of where the user works, of what
// they typed and of what an error carries as a value.
func personal(env cli.Env, err error) []string {
	texts := []string{env.Dir, filepath.Base(env.Dir)}
	if home, err := env.Home(); err == nil {
		texts = append(texts, home, filepath.Base(home))
	}
	for i, arg := range env.Args {
		if name, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(name, "-") {
			arg = value
		}
		if i > 0 && !strings.HasPrefix(arg, "-") { // the first is the command
			texts = append(texts, arg)
		}
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		texts = append(texts, path.Path)
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		texts = append(texts, link.Old, link.New)
	}
	var address *url.Error
	if errors.As(err, &address) {
		texts = append(texts, address.URL)
	}
	return texts
}

// scrub makes a message fit to leave the machine. It does not look for what has
// to go, which nobody could list, but keeps what is harmless: plain English
// words, short numbers, and names of our own options and variables. Quoted text,
// paths and addresses go whole, with the blanks inside them. The result is ASCII.
func scrub(message string, private secrets) string {
	straight := strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'")
	message = straight.Replace(private.remove(message))
	for _, mark := range "\"`'" {
		message = cutQuoted(message, byte(mark))
	}
	var kept []string
	keep := func(word string) {
		if word != removed || len(kept) == 0 || kept[len(kept)-1] != removed {
			kept = append(kept, word)
		}
	}
	plain := regexp.MustCompile(harmless)
	inPath := false
	for _, word := range strings.Fields(message) {
		path := strings.ContainsAny(word, `/\`)
		core := strings.Trim(word, punctuation)
		switch {
		case inPath || path:
			// A path may hold blanks; in our messages a colon ends it.
			inPath = !strings.HasSuffix(word, ":") && !strings.Contains(word, "://")
			keep(removed)
		case core == "": // left over from what was quoted
		case plain.MatchString(core):
			keep(word)
		default:
			keep(removed)
		}
	}
	return strings.Join(kept, " ")
}

const punctuation = ".,;:!?()[]"

// A harmless word is in one case, a capital at the start aside, because tokens
// of letters alone seldom are.
const harmless = `^(?:[A-Z]?[a-z]{1,14}|[A-Z]{1,8}|[a-z]{1,9}'[a-z]{1,2}|[0-9]{1,4}|--[a-z]{2,15}(?:-[a-z]{2,15})?|ARKOR_[A-Z_]{1,20})$`

// cutQuoted takes out everything between the first quotation mark and the last
// of its kind, since what is quoted may hold the mark itself. One without a
// partner takes the rest along. An apostrophe inside a word is none.
func cutQuoted(text string, mark byte) string {
	first, last := -1, -1
	for i := range len(text) {
		if text[i] == mark && !(mark == '\'' && i > 0 && i+1 < len(text) && isLetter(text[i-1]) && isLetter(text[i+1])) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	switch {
	case first < 0:
		return text
	case first == last:
		last = len(text) - 1
	}
	return text[:first] + " " + removed + " " + text[last+1:]
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
