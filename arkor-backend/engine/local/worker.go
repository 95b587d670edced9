package local

import (
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-backend/process"
)

// worker is one process.
type worker struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser // open for as long as the backend lives
	done   chan struct{}  // closed when the process is gone
	result error          // of Wait; to be read after done

	logStart int64 // where its part of the log begins
}

func (r *run) start(output *os.File) (*worker, error) {
	log, err := os.OpenFile(r.path(logFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(r.program, "run", "--job", r.job.File)
	cmd.Dir, cmd.Env = r.job.Dir, r.environ
	cmd.Stdout, cmd.Stderr = output, log
	cmd.SysProcAttr = process.OwnGroup()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := &worker{cmd: cmd, stdin: stdin, done: make(chan struct{}), logStart: info.Size()}
	go func() {
		defer close(w.done)
		w.result = cmd.Wait()
	}()
	// For killRecorded; the lock on the output says whether it still holds.
	if err := os.WriteFile(r.path(pidFile), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600); err != nil {
		w.kill()
		<-w.done
		return nil, err
	}
	return w, nil
}

// stop asks the worker to save a checkpoint and leave.
func (w *worker) stop() {
	process.Terminate(w.cmd.Process)
	w.stdin.Close()
}

func (w *worker) kill() { _ = w.cmd.Process.Kill() }

// killRecorded ends the worker of an earlier backend.
func killRecorded(path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		return
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || pid <= 1 {
		return
	}
	if process, err := os.FindProcess(pid); err == nil {
		_ = process.Kill()
	}
}
