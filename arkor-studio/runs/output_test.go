package runs

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever the pieces in which it was printed: what is read is what was
// written, and positions count bytes.
func TestOutputIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	o := newOutput()
	var want []byte
	for len(want) < kept-chunkSize {
		piece := bytes.Repeat([]byte{byte(len(want))}, random.IntN(9000))
		o.Write(piece)
		want = append(want, piece...)
	}
	var got []byte
	position := int64(0)
	for position < int64(len(want)) {
		part := o.Read(position)
		if part.Dropped != 0 || part.Ended || part.Next != position+int64(len(part.Data)) || len(part.Data) == 0 {
			t.Fatalf("at %d: %+v", position, part)
		}
		got, position = append(got, part.Data...), part.Next
	}
	if !bytes.Equal(got, want) {
		t.Error("it is something else")
	}
	part := o.Read(position)
	if len(part.Data) != 0 || part.Ended {
		t.Errorf("%+v", part)
	}
	o.close()
	<-part.Changed
	if part := o.Read(position); !part.Ended || part.Next != position {
		t.Errorf("%+v", part)
	}
	if part := o.Read(position + 1000); part.Next != position { // of another launch
		t.Errorf("%+v", part)
	}
}

// The oldest output goes, and memory is bounded.
func TestOutputForgets(t *testing.T) {
	t.Parallel()
	o := newOutput()
	line := []byte(strings.Repeat("a", 1000))
	for range 10 * kept / len(line) {
		o.Write(line)
	}
	part := o.Read(5)
	if total := part.Dropped + 5; total < 9*kept || o.size > kept || total+int64(o.size) != o.end {
		t.Errorf("dropped %d, kept %d of %d", part.Dropped, o.size, o.end)
	}
}

// R15: text is never cut inside a character, and what is no text gets through.
func FuzzText(f *testing.F) {
	f.Add([]byte("a\u20ac\U0001F600b"), uint8(1))
	f.Add([]byte("\xff\xe2\x82"), uint8(2))
	f.Add([]byte("\xe2\x82\xe2\x82\xac\x80\x80\x80\x80"), uint8(3))
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		o := newOutput()
		step := int(size)%7 + 1
		var got []byte
		position := int64(0)
		read := func() {
			part := o.Text(position)
			if part.Next != position+int64(len(part.Data)) || part.Dropped != 0 {
				t.Fatalf("%+v", part)
			}
			if utf8.Valid(text) && !utf8.Valid(part.Data) {
				t.Fatalf("%q is cut", part.Data)
			}
			got, position = append(got, part.Data...), part.Next
		}
		for rest := text; len(rest) > 0; {
			n := min(step, len(rest))
			o.Write(rest[:n])
			rest = rest[n:]
			read()
		}
		o.close()
		read()
		if !bytes.Equal(got, text) || !o.Text(position).Ended {
			t.Errorf("got %q of %q", got, text)
		}
	})
}

// What is left of a character whose beginning is gone is not shown.
func TestTextBehindAGap(t *testing.T) {
	t.Parallel()
	o := newOutput()
	o.Write([]byte("x"))
	for range (kept + 10*chunkSize) / 3 {
		o.Write([]byte("\u20ac"))
	}
	o.close()
	part := o.Text(0)
	if !utf8.Valid(part.Data) || part.Dropped == 0 || len(part.Data) == 0 {
		t.Errorf("dropped %d, %q...", part.Dropped, part.Data[:9])
	}
}
