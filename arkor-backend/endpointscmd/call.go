package endpointscmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// address is where an endpoint is called, "" where that is not known. Of a
// backend that names something else nothing gets into a command to copy.
func address(e cloud.Endpoint) string {
	parsed, err := url.Parse(e.URL)
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" || parsed.User != nil || cli.OneLine(e.URL) != e.URL {
		return ""
	}
	return strings.TrimRight(e.URL, "/")
}

// curl is a command that asks an endpoint, with the key in $KEY: a key has no
// place in the history of a shell.
func curl(e cloud.Endpoint, indent string) string {
	lines := []string{"curl " + quoted(address(e)+"/chat/completions")}
	if e.AuthMode != cloud.AuthNone {
		lines = append(lines, `-H "Authorization: Bearer $KEY"`)
	}
	lines = append(lines, "-H 'Content-Type: application/json'", `-d '{"messages": [{"role": "user", "content": "Hello"}]}'`)
	return indent + strings.Join(lines, " \\\n"+indent+"  ") + "\n"
}

// variables are what a product needs to call an endpoint, as a shell and files
// of environment variables take them. key is "" where there is none.
func variables(e cloud.Endpoint, key string) (string, error) {
	if cli.OneLine(key) != key {
		return "", errors.New("the backend made a key that no request could carry")
	}
	text := ""
	if at := address(e); at != "" {
		text += "URL=" + quoted(at) + "\n"
	}
	if key != "" {
		text += "KEY=" + quoted(key) + "\n"
	}
	return text, nil
}

// quoted is a word of a shell.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+,=", r)
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// word is a text of the backend's in a command to copy.
func word(text string) string { return quoted(cli.OneLine(text)) }

// hand prints what one needs to call an endpoint: on stdout for a program or a
// file, with words around it for people.
func (p *project) hand(e cloud.Endpoint, key *cloud.NewEndpointKey, said string) error {
	if p.json {
		return unprinted(screen.PrintJSON(p.env.Stdout, map[string]any{"endpoint": e, "key": key}), e, key)
	}
	plaintext := ""
	if key != nil {
		plaintext = key.Plaintext
		said += "; the key is not shown again"
	}
	text, err := variables(e, plaintext)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.env.Stderr, said)
	if _, err := fmt.Fprint(p.env.Stdout, text); err != nil {
		return unprinted(err, e, key)
	}
	if address(e) == "" {
		fmt.Fprintln(p.env.Stderr, "the backend does not say at which address it answers")
		return nil
	}
	with := ""
	if key != nil {
		with = ", with KEY set"
	}
	fmt.Fprintf(p.env.Stderr, "Ask it%s:\n%s", with, curl(e, "  "))
	return nil
}

// unprinted says what is left of a key that could not be printed.
func unprinted(err error, e cloud.Endpoint, key *cloud.NewEndpointKey) error {
	if err == nil || key == nil {
		return err
	}
	err = fmt.Errorf("a key was made and is lost: %w", err)
	return cli.Hint(err, "`arkor endpoints revoke-key %s %s` makes it void", word(e.Slug), word(key.Prefix))
}

// noteInterrupted says what may be there after an interrupt that a backend let
// no answer follow.
func (p *project) noteInterrupted(ctx context.Context, what, slug string) {
	if ctx.Err() != nil {
		fmt.Fprintf(p.env.Stderr, "%s may be there all the same: `arkor endpoints show %s` tells\n", what, word(slug))
	}
}
