package cloud

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// maxFrame bounds one frame of an event stream.
const maxFrame = 4 << 20

// Frame is one frame of an event stream. ID is the id in force: that of the
// last frame that had one. Data is what the data lines held, joined by "\n".
type Frame struct {
	ID    string
	Event string // "message" when the frame has no event line
	Data  string
}

// Stream reads server-sent events.
type Stream struct {
	body  io.ReadCloser
	lines *bufio.Reader
	id    string

	begun       bool // the first line, which may carry a byte order mark, is behind us
	afterReturn bool // the last line ended in "\r"
}

// NewStream reads the body of a text/event-stream answer.
func NewStream(body io.ReadCloser) *Stream {
	return &Stream{body: body, lines: bufio.NewReader(body)}
}

// Close ends the stream; a Next in progress returns an error.
func (s *Stream) Close() error { return s.body.Close() }

// LastID returns the id to resume with, "" before the first.
func (s *Stream) LastID() string { return s.id }

// Next returns the next frame, or the error that ended the stream: io.EOF after
// a clean close. An unfinished frame is not delivered and a frame without a
// data line is dropped, both with their ids; only "end" may come without data.
func (s *Stream) Next() (Frame, error) {
	frame := Frame{ID: s.id, Event: "message"}
	var data []string
	size := 0
	for {
		line, err := s.line()
		if err != nil {
			return Frame{}, err
		}
		if size += len(line); size > maxFrame {
			return Frame{}, fmt.Errorf("event stream: a frame is longer than %d bytes", maxFrame)
		}
		if line == "" {
			if data == nil && frame.Event != EventEnd {
				frame, size = Frame{ID: s.id, Event: "message"}, 0
				continue
			}
			frame.Data = strings.Join(data, "\n")
			s.id = frame.ID
			return frame, nil
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			if value != "" && !strings.Contains(value, "\x00") {
				frame.ID = value
			}
		case "event":
			if value != "" {
				frame.Event = value
			}
		case "data":
			data = append(data, value)
		}
	}
}

// line returns a line without its end, which is "\n", "\r\n" or "\r". A cut in
// the middle of a body is io.ErrUnexpectedEOF, a clean close io.EOF.
func (s *Stream) line() (string, error) {
	var line []byte
	for {
		b, err := s.lines.ReadByte()
		if err != nil {
			return "", err
		}
		if s.afterReturn {
			s.afterReturn = false
			if b == '\n' { // second half of "\r\n"; waiting for it would hold a finished frame back
				continue
			}
		}
		switch {
		case b == '\n', b == '\r':
			s.afterReturn = b == '\r'
			text := string(line)
			if !s.begun {
				s.begun, text = true, strings.TrimPrefix(text, "\ufeff")
			}
			return text, nil
		case len(line) >= maxFrame:
			return "", fmt.Errorf("event stream: a line is longer than %d bytes", maxFrame)
		}
		line = append(line, b)
	}
}
