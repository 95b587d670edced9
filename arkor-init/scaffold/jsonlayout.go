package scaffold

import (
	"bytes"
	"encoding/json"
	"strings"
)

// field is a member to be written: a text, or an object of further ones.
type field struct {
	key    string
	text   string
	fields []field
}

// layout is the white space of an object's members.
type layout struct {
	first   string // behind the brace
	between string // behind a comma
	last    string // before the other brace
	colon   string // behind a colon
	unit    string // by which the members of an object among them stand further in
}

const spaces = " \t\r\n"

// add writes fields behind the last member of o, which is in text, the way the
// others are written. An empty object is written like the members of outer, or
// in lines if there is no outer one.
func (o object) add(text string, outer *layout, fields []field) string {
	if len(fields) == 0 {
		return text
	}
	l := o.layout(text, outer)
	if len(o.members) == 0 {
		return text[:o.start] + l.object(fields) + text[o.end:]
	}
	end := o.members[len(o.members)-1].end
	return text[:end] + "," + l.between + l.join(fields) + text[end:]
}

func (o object) layout(text string, outer *layout) layout {
	switch {
	case len(o.members) > 0:
	case outer != nil:
		return outer.inner()
	default:
		br := lineEnd(text)
		return layout{first: br + "  ", between: br + "  ", last: br, colon: " ", unit: "  "}
	}
	tail := o.members[len(o.members)-1]
	l := layout{
		first:   text[o.start+1 : o.members[0].keyStart],
		between: spaceBefore(text, tail.keyStart),
		last:    spaceBefore(text, o.end-1),
		colon:   spaceBefore(text, tail.valueStart),
	}
	if strings.ContainsAny(l.colon, "\r\n") {
		l.colon = " "
	}
	if i := strings.LastIndexAny(l.between, "\r\n"); i >= 0 {
		l.unit = l.between[i+1:]
		l.between = lastBreak(l.between[:i+1]) + l.unit // without blank lines before it
	} else if len(o.members) == 1 {
		l.between = l.colon
	}
	return l
}

// lastBreak returns the line end that space ends with.
func lastBreak(space string) string {
	if strings.HasSuffix(space, "\r\n") {
		return "\r\n"
	}
	return space[len(space)-1:]
}

// spaceBefore returns the white space that ends at offset.
func spaceBefore(text string, offset int) string {
	return text[len(strings.TrimRight(text[:offset], spaces)):offset]
}

// inner is the layout of an object that becomes a member.
func (l layout) inner() layout {
	if !strings.ContainsAny(l.between, "\r\n") {
		l.first, l.last = strings.Trim(l.first, "\r\n"), strings.Trim(l.last, "\r\n")
		return l
	}
	deeper := l.between + l.unit
	return layout{first: deeper, between: deeper, last: l.between, colon: l.colon, unit: l.unit}
}

func (l layout) object(fields []field) string {
	return "{" + l.first + l.join(fields) + l.last + "}"
}

func (l layout) join(fields []field) string {
	var members []string
	for _, f := range fields {
		value := quote(f.text)
		if f.fields != nil {
			value = l.inner().object(f.fields)
		}
		members = append(members, quote(f.key)+":"+l.colon+value)
	}
	return strings.Join(members, ","+l.between)
}

// quote writes text as a JSON string for people: with <, > and & as they are.
func quote(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic(err) // a string can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
