package inference

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/process"
)

// errDied means that the worker ended in the middle of something.
var errDied = errors.New("the process that holds the model died")

// errSlow means that a client did not take its answer.
var errSlow = errors.New("the client reads too slowly")

// errHangs means that a worker did not go on with an answer.
var errHangs = errors.New("the process that holds the model did not answer")

// pending is how many replies wait for a slow client before it is given up.
const pending = 4 << 10

// worker is one "arkor-trainer serve" process.
type worker struct {
	cmd    *exec.Cmd
	stderr *lastWords
	ready  chan struct{} // closed when the model is loaded
	gone   chan struct{} // closed when the process is gone and all it said was read

	writing  sync.Mutex
	stdin    io.WriteCloser
	patience time.Duration

	mu       sync.Mutex
	next     int
	requests map[string]*request
	refusal  error // what the worker said before it was ready, if it refused
	able     abilities

	// Held by the pool.
	active   int
	draining bool // takes no more requests, so that it can be dropped
	needs    int64
	used     time.Time
	idle     *time.Timer
}

type request struct {
	replies chan reply
	slow    chan struct{} // closed when replies overflowed
	last    time.Time     // of the last reply, or when it was sent
}

// startWorker starts a process for a model. It has to take what it is sent
// within patience.
func startWorker(program string, environ []string, model string, patience time.Duration) (*worker, error) {
	w := &worker{
		patience: patience,
		cmd:      exec.Command(program, "serve", "--model", model), stderr: &lastWords{},
		ready: make(chan struct{}), gone: make(chan struct{}), requests: map[string]*request{},
	}
	w.cmd.Env, w.cmd.Stderr, w.cmd.SysProcAttr = environ, w.stderr, process.OwnGroup()
	stdin, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	w.stdin = stdin
	go func() {
		defer close(w.gone)
		w.read(stdout)
		_ = w.cmd.Process.Kill() // a worker that closed its stdout, or broke the protocol, is of no use
		_ = w.cmd.Wait()
	}()
	return w, nil
}

// read hands replies to their requests until the worker's stdout ends.
func (w *worker) read(stdout io.Reader) {
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		r, err := parseReply(lines.Bytes())
		if err != nil {
			continue // a library may have printed it
		}
		w.mu.Lock()
		switch request := w.requests[r.ID]; {
		case r.Type == "ready":
			select {
			case <-w.ready:
			default:
				w.able = r.abilities
				close(w.ready)
			}
		case r.ID == "" && w.refusal == nil:
			w.refusal = r.failure()
		case request != nil:
			request.last = time.Now()
			if r.Type == "reading" {
				break
			}
			select {
			case request.replies <- r:
			default:
				delete(w.requests, r.ID)
				close(request.slow)
			}
		}
		w.mu.Unlock()
	}
}

// open sends a request to a worker that is ready and returns where its replies
// come in.
func (w *worker) open(req Request) (id string, r *request, err error) {
	if err := w.able.refuse(req); err != nil {
		return "", nil, err
	}
	r = &request{replies: make(chan reply, pending), slow: make(chan struct{}), last: time.Now()}
	w.mu.Lock()
	w.next++
	id = "r" + strconv.Itoa(w.next)
	w.requests[id] = r
	w.mu.Unlock()
	err = w.send(operation{ID: id, Op: "generate", Request: req})
	if err != nil {
		w.close(id)
	}
	return id, r, err
}

// close forgets a request; replies to it are dropped from here on.
func (w *worker) close(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.requests, id)
}

func (w *worker) send(op operation) error {
	line, err := op.line()
	if err != nil {
		return err
	}
	w.writing.Lock()
	defer w.writing.Unlock()
	if pipe, ok := w.stdin.(*os.File); ok {
		_ = pipe.SetWriteDeadline(time.Now().Add(w.patience)) // where the system can
	}
	if _, err := w.stdin.Write(line); err != nil {
		return errDied
	}
	return nil
}

// quiet returns for how long nothing was heard of a request.
func (w *worker) quiet(r *request) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(r.last)
}

// condemn kills a worker that is not to be trusted any more, and says why to
// everyone who waits for it.
func (w *worker) condemn(why error) {
	w.mu.Lock()
	if w.refusal == nil {
		w.refusal = why
	}
	w.mu.Unlock()
	_ = w.cmd.Process.Kill()
}

// why explains a worker that is gone.
func (w *worker) why() error {
	w.mu.Lock()
	refusal := w.refusal
	w.mu.Unlock()
	if refusal != nil {
		return refusal
	}
	if words := w.stderr.String(); words != "" {
		return fmt.Errorf("%w: %s", errDied, words)
	}
	return errDied
}

// stop ends the worker and waits for it: politely for grace, then not.
func (w *worker) stop(grace time.Duration) {
	w.stdin.Close() // not under writing: a blocked write ends with it
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-w.gone:
	case <-timer.C:
		_ = w.cmd.Process.Kill()
		<-w.gone
	}
}

// lastWords keeps the end of what is written to it.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

func (l *lastWords) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if extra := len(l.text) - process.LogEnd; extra > 0 {
		l.text = append(l.text[:0], l.text[extra:]...)
	}
	return len(p), nil
}

// String returns why the process that wrote it ended, in its own words.
func (l *lastWords) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return process.LastWords(l.text)
}
