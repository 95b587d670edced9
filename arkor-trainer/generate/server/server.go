package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-trainer/chat"
	"github.com/arkorlab/arkor-go/arkor-trainer/generate"
	"github.com/arkorlab/arkor-go/arkor-trainer/grammar"
)

const (
	// maxRunning is how many answers are written at the same time, each with a
	// cache of its own; others wait.
	maxRunning = 32
	// maxRequests is how many may run or wait.
	maxRequests = 1024
	// maxAdapters is how many adapters are kept in memory.
	maxAdapters = 8
)

// Server answers requests with one base model.
type Server struct {
	model     string
	assistant *generate.Assistant
	adapters  adapters
	log       io.Writer

	out      writer
	slots    chan struct{} // a token for each answer that is being written
	requests sync.WaitGroup

	mu      sync.Mutex
	cancels map[string]context.CancelFunc // by the id of a request
	stop    context.CancelCauseFunc
}

// New returns a server. model is the name in its first line; log gets the
// traces of bugs.
func New(model string, assistant *generate.Assistant, log io.Writer) *Server {
	return &Server{
		model: model, assistant: assistant, log: log,
		adapters: adapters{model: model, config: assistant.Engine.Config(), limit: maxAdapters},
		slots:    make(chan struct{}, maxRunning),
		cancels:  map[string]context.CancelFunc{},
	}
}

// Run says that it is ready and serves until in ends or ctx does; both are the
// regular end and give nil. It then cancels what is running and waits for it.
// An error means that out cannot be written any more. Run may be called once.
func (s *Server) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	s.out.out = out
	ctx, s.stop = context.WithCancelCause(ctx)
	defer s.requests.Wait()
	defer s.stop(nil)
	s.say(readyLine{"ready", s.model, s.assistant.MaxLength(), s.assistant.Template.Tools(), true})
	lines := readLines(ctx, in)
	for {
		select {
		case <-ctx.Done():
			var failed *outputError
			if errors.As(context.Cause(ctx), &failed) {
				return failed
			}
			return nil
		case line, ok := <-lines:
			if !ok {
				return nil
			}
			s.handle(ctx, line)
		}
	}
}

type outputError struct{ error }

func (e *outputError) Unwrap() error { return e.error }

// say writes a line. When that fails nobody is listening, so everything ends.
func (s *Server) say(line any) {
	if err := s.out.write(line); err != nil {
		s.stop(&outputError{fmt.Errorf("write answer: %w", err)})
	}
}

func (s *Server) fail(id, code string, err error) {
	s.say(errorLine{id, "error", err.Error(), code})
}

// line is a line that was read; tooLong stands for one that was skipped.
type line struct {
	text    []byte
	tooLong bool
}

// readLines sends the lines of in and closes the channel at its end. Reading
// from a pipe cannot be interrupted, so after the end of ctx the goroutine ends
// with the next line or the end of in, whichever comes first; nobody waits.
func readLines(ctx context.Context, in io.Reader) <-chan line {
	lines := make(chan line)
	go func() {
		defer close(lines)
		r := bufio.NewReaderSize(in, 64<<10)
		for {
			l, err := readLine(r, maxLine)
			if len(l.text) > 0 || l.tooLong {
				select {
				case lines <- l:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine reads up to the next line feed. It never keeps more than limit bytes.
func readLine(r *bufio.Reader, limit int) (l line, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(l.text)+len(part) > limit {
			l = line{tooLong: true}
		}
		if !l.tooLong {
			l.text = append(l.text, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l, err
		}
	}
}

func (s *Server) handle(ctx context.Context, l line) {
	if l.tooLong {
		s.fail("", codeRequest, fmt.Errorf("the line is over %d bytes", maxLine))
		return
	}
	r, err := parseRequest(l.text)
	if err != nil {
		s.fail(r.ID, codeRequest, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Op == "cancel" {
		if cancel := s.cancels[r.ID]; cancel != nil { // it may just have ended
			cancel()
		}
		return
	}
	if s.cancels[r.ID] != nil {
		s.fail(r.ID, codeRequest, errors.New("a request with this id is in progress"))
		return
	}
	if len(s.cancels) >= maxRequests {
		s.fail(r.ID, codeRequest, fmt.Errorf("%d requests are in progress already", maxRequests))
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.cancels[r.ID] = cancel
	s.requests.Go(func() {
		defer cancel()
		last := s.answer(ctx, r)
		s.mu.Lock() // before the last line, after which the id may be used again
		delete(s.cancels, r.ID)
		s.mu.Unlock()
		s.say(last)
	})
}

// answer serves one request and returns its last line. A bug that shows in one
// request ends that request alone.
func (s *Server) answer(ctx context.Context, r request) (last any) {
	defer func() {
		if value := recover(); value != nil {
			fmt.Fprintf(s.log, "request %s: %v\n%s", r.ID, value, debug.Stack())
			last = errorLine{r.ID, "error", "the worker met an internal error, its log has the details", codeInternal}
		}
	}()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return doneLine{ID: r.ID, Type: "done", FinishReason: generate.FinishCancelled}
	}
	o := r.options()
	if r.Adapter != "" {
		if !filepath.IsAbs(r.Adapter) {
			return errorLine{r.ID, "error", fmt.Sprintf("adapter %q is not an absolute path", r.Adapter), codeAdapter}
		}
		var err error
		if o.Adapter, err = s.adapters.get(ctx, filepath.Clean(r.Adapter)); err != nil && ctx.Err() == nil {
			return errorLine{r.ID, "error", err.Error(), codeAdapter}
		}
	}
	if limit := s.assistant.MaxLength(); o.MaxTokens > limit && r.MaxTokens != nil {
		return errorLine{r.ID, "error", fmt.Sprintf("maxTokens is %d, and the model reads and writes at most %d tokens together", o.MaxTokens, limit), codeRequest}
	}
	said := time.Now()
	o.Reading = func() {
		if time.Since(said) > time.Second {
			said = time.Now()
			s.say(readingLine{r.ID, "reading"})
		}
	}
	result, err := s.assistant.Reply(ctx, r.question(), o, func(d generate.Delta) error {
		if c := d.Call; c != nil {
			s.say(toolLine{r.ID, "tool", c.Index, c.ID, c.Name, c.Arguments})
			return nil
		}
		s.say(tokenLine{r.ID, "token", d.Text})
		return nil
	})
	if err != nil {
		return errorLine{r.ID, "error", err.Error(), codeOf(err)}
	}
	return doneLine{r.ID, "done", result.FinishReason, result.PromptTokens, result.CompletionTokens}
}

func codeOf(err error) string {
	var wrong *generate.RequestError
	var form *grammar.Error
	switch {
	case errors.Is(err, generate.ErrContextTooLong):
		return codeContext
	case errors.Is(err, chat.ErrNoTools):
		return codeTools
	case errors.As(err, &form):
		return codeSchema
	case errors.As(err, &wrong):
		return codeRequest
	}
	return codeInternal
}
