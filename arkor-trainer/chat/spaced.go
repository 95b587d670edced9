package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// spacedJSON writes JSON as Python's json.dumps does, which is what models were
// trained on: spaces after commas and colons, characters as they are, the order
// of keys and the spelling of numbers kept. With an indent there is a line for
// each value.
func spacedJSON(source []byte, indent string) (string, error) {
	d := json.NewDecoder(bytes.NewReader(source))
	d.UseNumber()
	w := spacer{d: d, indent: indent}
	if err := w.value(0); err != nil {
		return "", fmt.Errorf("not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("not one JSON value")
	}
	return w.out.String(), nil
}

type spacer struct {
	d      *json.Decoder
	out    strings.Builder
	indent string
}

func (w *spacer) line(depth int) {
	if w.indent != "" {
		w.out.WriteString("\n" + strings.Repeat(w.indent, depth))
	}
}

func (w *spacer) value(depth int) error {
	token, err := w.d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case json.Delim:
		return w.group(v, depth)
	case string:
		w.text(v)
	case nil:
		w.out.WriteString("null")
	default:
		fmt.Fprint(&w.out, v) // a json.Number or a bool
	}
	return nil
}

func (w *spacer) group(open json.Delim, depth int) error {
	w.out.WriteString(open.String())
	for i := 0; w.d.More(); i++ {
		if i > 0 {
			w.out.WriteString(",")
			if w.indent == "" {
				w.out.WriteString(" ")
			}
		}
		w.line(depth + 1)
		if open == '{' {
			key, err := w.d.Token()
			if err != nil {
				return err
			}
			w.text(key.(string))
			w.out.WriteString(": ")
		}
		if err := w.value(depth + 1); err != nil {
			return err
		}
		if !w.d.More() {
			w.line(depth)
		}
	}
	closing, err := w.d.Token()
	if err == nil {
		fmt.Fprint(&w.out, closing)
	}
	return err
}

// text writes a string with the escapes that Python uses.
func (w *spacer) text(s string) {
	w.out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.out.WriteString(`\` + string(r))
		case r == '\n':
			w.out.WriteString(`\n`)
		case r == '\r':
			w.out.WriteString(`\r`)
		case r == '\t':
			w.out.WriteString(`\t`)
		case r == '\b':
			w.out.WriteString(`\b`)
		case r == '\f':
			w.out.WriteString(`\f`)
		case r < 0x20:
			fmt.Fprintf(&w.out, `\u%04x`, r)
		default:
			w.out.WriteRune(r)
		}
	}
	w.out.WriteByte('"')
}
