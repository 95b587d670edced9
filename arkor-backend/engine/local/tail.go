package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/arkorlab/arkor-go/arkor-backend/engine"
)

// maxOutput bounds what the workers of one job may say.
const maxOutput = 1 << 30

// tail reads lines as they are added to a file.
type tail struct {
	file    *os.File
	offset  int64  // behind the last complete line
	partial []byte // what follows it
	skip    bool   // inside a line that is too long
	final   bool   // a last word was handed on; nothing after it counts
	handle  func(engine.Line) error
}

// read hands on all complete lines that are there. Lines that are not of the
// protocol are passed over: a library may have printed them.
func (t *tail) read() error {
	buffer := make([]byte, 64<<10)
	for {
		n, err := t.file.ReadAt(buffer, t.offset+int64(len(t.partial)))
		for chunk := buffer[:n]; len(chunk) > 0; {
			end := bytes.IndexByte(chunk, '\n')
			if end < 0 {
				t.keep(chunk)
				break
			}
			if err := t.line(chunk[:end]); err != nil {
				return err
			}
			chunk = chunk[end+1:]
		}
		switch {
		case t.offset > maxOutput:
			return fmt.Errorf("the training process wrote more than %d MiB", maxOutput>>20)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// keep holds an unfinished line back, or drops it once it is too long.
func (t *tail) keep(chunk []byte) {
	t.partial = append(t.partial, chunk...)
	if len(t.partial) > engine.MaxLine || t.skip {
		t.offset += int64(len(t.partial))
		t.partial, t.skip = t.partial[:0], true
	}
}

func (t *tail) line(rest []byte) error {
	text := append(t.partial, rest...)
	t.offset += int64(len(text)) + 1
	skip := t.skip
	t.partial, t.skip = t.partial[:0], false
	if skip || t.final || len(text) > engine.MaxLine {
		return nil
	}
	line, err := engine.ParseLine(text)
	if err != nil {
		return nil
	}
	line.End = t.offset
	t.final = line.Final()
	return t.handle(line)
}

// completeLine ends a line that a worker died in, so that the next worker's
// first line stands alone.
func (t *tail) completeLine() error {
	if len(t.partial) == 0 && !t.skip {
		return nil
	}
	if _, err := t.file.Write([]byte("\n")); err != nil {
		return err
	}
	return t.read()
}

// maxLog bounds the log of a job's workers; keepLog is what remains of it.
const (
	maxLog  = 8 << 20
	keepLog = 1 << 20
)

// boundLog drops the older part of a log that has grown too long. The worker
// appends, so it goes on behind what remains.
func boundLog(path string) {
	info, err := os.Stat(path)
	if err != nil || info.Size() <= maxLog {
		return
	}
	end, err := readEnd(path, 0, keepLog)
	if err != nil {
		return
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	_, _ = file.Write(append([]byte("[earlier lines were dropped]\n"), end...))
}

// readEnd returns at most the last n bytes of what a file holds behind from.
func readEnd(path string, from, n int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(file, max(0, from, info.Size()-n), n))
}
