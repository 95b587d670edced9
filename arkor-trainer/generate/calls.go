package generate

import (
	"crypto/rand"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
)

// callReader finds the calls in an answer that is held to a grammar.Calls: what
// begins as a call is one.
type callReader struct {
	form  *grammar.Calls
	state readState
	held  string // read, but not yet understood
	calls int    // begun

	// Of the arguments that are being read.
	depth             int
	inString, escaped bool
}

type readState uint8

const (
	inBeginning readState = iota // of an answer that is a call from its begin, or none
	inText                       // up to the trigger
	inFree                       // text to the end
	inOpening
	inArguments
	inClosing
	inBetween
)

func newCallReader(form *grammar.Calls) *callReader {
	r := &callReader{form: form, state: inOpening}
	switch {
	case !form.Optional:
	case form.Text != nil || form.Trigger == "":
		r.state = inBeginning
	default:
		r.state = inText
	}
	return r
}

// read emits what is certain after one more piece.
func (r *callReader) read(piece string, emit func(Delta) error) error {
	r.held += piece
	for r.held != "" {
		delta, more := r.next()
		if delta.Text != "" || delta.Call != nil {
			if err := emit(delta); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
	return nil
}

// end emits the text that was held back.
func (r *callReader) end(emit func(Delta) error) error {
	text := r.held
	r.held = ""
	if text == "" || r.state != inBeginning && r.state != inText {
		return nil // the begin of a call that was cut off says nothing
	}
	return emit(Delta{Text: text})
}

// next takes one thing off what is held; more is false when it has to wait.
func (r *callReader) next() (d Delta, more bool) {
	switch r.state {
	case inBeginning:
		begins, whole := r.beginning()
		switch {
		case whole:
			r.state = inOpening
		case !begins:
			r.state = inFree
		}
		return d, r.state != inBeginning
	case inText:
		return r.text()
	case inFree:
		d.Text, r.held = r.held, ""
		return d, false
	case inOpening:
		rest := strings.TrimPrefix(r.held, r.form.Open)
		name, rest, ok := strings.Cut(rest, r.form.Middle)
		if !ok || len(r.held) < len(r.form.Open) {
			return d, false
		}
		r.held, r.state = rest, inArguments
		r.depth, r.inString, r.escaped = 0, false, false
		d.Call = &CallDelta{Index: r.calls, ID: "call_" + rand.Text(), Name: name}
		r.calls++
		return d, true
	case inArguments:
		n := r.arguments()
		d.Call = &CallDelta{Index: r.calls - 1, Arguments: r.held[:n]}
		r.held = r.held[n:]
		return d, true
	case inClosing:
		return d, r.skip(r.form.Close, inBetween)
	}
	return d, r.skip(r.form.Between, inOpening)
}

// skip leaves out what the form has at this place.
func (r *callReader) skip(text string, then readState) bool {
	if len(r.held) < len(text) {
		return false
	}
	r.held, r.state = r.held[len(text):], then
	return r.held != ""
}

// beginning reports whether what is held can be the begin of a call, and
// whether it certainly is.
func (r *callReader) beginning() (begins, whole bool) {
	for _, t := range r.form.Tools {
		sure := r.form.Open
		if r.form.Trigger == "" {
			sure += t.Name + r.form.Middle
		}
		if strings.HasPrefix(r.held, sure) {
			return true, true
		}
		begins = begins || strings.HasPrefix(sure, r.held)
	}
	return begins, false
}

// text takes text off, without white space before a call.
func (r *callReader) text() (d Delta, more bool) {
	if before, _, found := strings.Cut(r.held, r.form.Trigger); found {
		r.held, r.state = r.held[len(before):], inOpening
		return Delta{Text: strings.TrimRight(before, " \t\r\n")}, true
	}
	ready := len(r.held) - undecided(r.held, []string{r.form.Trigger})
	ready = len(strings.TrimRight(r.held[:ready], " \t\r\n"))
	d.Text, r.held = r.held[:ready], r.held[ready:]
	return d, false
}

// arguments returns how much of what is held belongs to the arguments.
func (r *callReader) arguments() int {
	for i := range len(r.held) {
		c := r.held[i]
		switch {
		case r.escaped:
			r.escaped = false
		case r.inString:
			r.escaped = c == '\\'
			r.inString = c != '"'
		case c == '"':
			r.inString = true
		case c == '{', c == '[':
			r.depth++
		case c == '}', c == ']':
			if r.depth--; r.depth == 0 {
				r.state = inClosing
				return i + 1
			}
		}
	}
	return len(r.held)
}
