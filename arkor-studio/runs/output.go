package runs

import (
	"sync"
	"unicode/utf8"
)

const (
	// kept is how much of a training's output can be read again.
	kept      = 2 << 20
	chunkSize = 32 << 10
	// maxText bounds what Text returns at once.
	maxText = 64 << 10
)

// Output is what a training printed. Writing never waits for a reader: a reader
// that is too slow finds a gap. Positions count bytes from the beginning.
type Output struct {
	mu      sync.Mutex
	chunks  []chunk // without gaps, each but the last one full
	size    int
	end     int64
	closed  bool
	changed chan struct{} // closed at the next change
}

// chunk is a piece of output. Bytes that are there never change, so that
// readers may hold on to them.
type chunk struct {
	at   int64
	data []byte
}

func newOutput() *Output { return &Output{changed: make(chan struct{})} }

// Write never fails.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(p)
	for len(p) > 0 {
		last := len(o.chunks) - 1
		if last < 0 || len(o.chunks[last].data) == chunkSize {
			o.chunks = append(o.chunks, chunk{o.end, make([]byte, 0, chunkSize)})
			last++
		}
		piece := p[:min(len(p), chunkSize-len(o.chunks[last].data))]
		o.chunks[last].data = append(o.chunks[last].data, piece...)
		o.end += int64(len(piece))
		o.size += len(piece)
		p = p[len(piece):]
	}
	for o.size > kept {
		o.size -= len(o.chunks[0].data)
		o.chunks[0].data = nil
		o.chunks = o.chunks[1:]
	}
	o.announce()
	return n, nil
}

// close says that nothing more will come.
func (o *Output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.announce()
}

func (o *Output) announce() {
	close(o.changed)
	o.changed = make(chan struct{})
}

// Part is a stretch of output.
type Part struct {
	Data    []byte // not to be changed
	Next    int64  // position behind it
	Dropped int64  // bytes before it that are gone
	Ended   bool   // nothing follows it
	// Changed is closed when there is more to say, for a Part that is empty.
	Changed <-chan struct{}
}

// Read returns output from a position on, as it was printed.
func (o *Output) Read(position int64) Part {
	o.mu.Lock()
	defer o.mu.Unlock()
	part := Part{Next: min(max(position, 0), o.end), Changed: o.changed}
	if len(o.chunks) > 0 && part.Next < o.chunks[0].at {
		part.Dropped, part.Next = o.chunks[0].at-part.Next, o.chunks[0].at
	}
	for _, c := range o.chunks {
		if end := c.at + int64(len(c.data)); part.Next < end {
			part.Data = c.data[part.Next-c.at:]
			part.Next = end
			break
		}
	}
	part.Ended = o.closed && part.Next == o.end
	return part
}

// Text is Read for readers of characters: it never ends inside one, unless the
// output does.
func (o *Output) Text(position int64) Part {
	first := o.Read(position)
	text := append([]byte(nil), first.Data...)
	part := first
	for len(text) < maxText && !part.Ended {
		more := o.Read(part.Next)
		if len(more.Data) == 0 || more.Dropped > 0 {
			part.Ended, part.Changed = more.Ended && more.Dropped == 0, more.Changed
			break
		}
		text = append(text, more.Data...)
		part.Next, part.Ended = more.Next, more.Ended
	}
	begun := len(text)
	if first.Dropped > 0 { // the rest of a character whose beginning is gone
		for i := 0; i < utf8.UTFMax && len(text) > 0 && !utf8.RuneStart(text[0]); i++ {
			text = text[1:]
		}
	}
	part.Dropped = first.Dropped + int64(begun-len(text))
	if !part.Ended {
		whole := len(text) - unfinished(text)
		part.Next -= int64(len(text) - whole)
		text = text[:whole]
	}
	part.Data = text
	return part
}

// unfinished is how many bytes at the end of text begin a character that is not
// there yet.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
