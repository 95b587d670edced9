package workercmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-trainer/checkpoint"
	"github.com/arkorlab/arkor-go/arkor-trainer/lora"
	"github.com/arkorlab/arkor-go/arkor-trainer/train"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// Folders in a job's folder.
const (
	checkpointFolder = "checkpoints"
	recoveryFolder   = "recovery" // states that nobody is told of, see recoveryEvery
	finalFolder      = "final"
)

// recoveryEvery is how much work a crash may cost at most when no checkpoint
// was asked for that often. Saving does not change what is computed.
const recoveryEvery = time.Minute

type runCommand struct{ env cli.Env }

// newRun returns the command that trains a job. Its standard output is the
// protocol with whoever started it.
func newRun(env cli.Env) *ff.Command {
	c := &runCommand{env}
	return newJobCommand(env, "run", "run a training job, reporting in JSON lines", "job to run, as the backend wrote it", c.run)
}

func (c *runCommand) run(ctx context.Context, job string) error {
	out := events{c.env.Stdout}
	step, err := c.train(ctx, job, out)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		if err != ctx.Err() { // the state could not be saved: an earlier one will do
			fmt.Fprintln(c.env.Stderr, oneLine(err))
		}
		return out.stopped(step)
	}
	message := oneLine(err)
	fmt.Fprintln(c.env.Stderr, message)
	if err := out.failed(step, message); err != nil {
		return err
	}
	return &cli.ExitError{Status: cli.StatusFailed}
}

// train runs the job and returns the last step that was completed.
func (c *runCommand) train(ctx context.Context, job string, out events) (int, error) {
	began := time.Now()
	j, err := readJob(job)
	if err != nil {
		return 0, err
	}
	p, err := prepare(ctx, c.env, j)
	if err != nil {
		return 0, err
	}
	s := saver{
		prepared:    p,
		events:      out,
		checkpoints: checkpoint.NewStore(filepath.Join(j.Dir, checkpointFolder), p.run, p.adapterNames()),
		recovery:    checkpoint.NewStore(filepath.Join(j.Dir, recoveryFolder), p.run, p.adapterNames()),
	}
	from, announced, err := s.resume(func(err error) { fmt.Fprintln(c.env.Stderr, err) })
	if err != nil {
		return 0, err
	}
	engine, err := p.engine()
	if err != nil {
		return from.Step, err
	}
	s.params = engine.Trained()
	p.metadata.ResumedFromStep = from.Step
	if err := out.started(p.metadata); err != nil {
		return from.Step, err
	}
	if announced {
		// Whoever restarted the worker may not have heard of it.
		if err := s.announce(from.Step); err != nil {
			return from.Step, err
		}
	}
	run := &train.Run{
		Engine: engine, Samples: p.samples, HeldOut: p.heldOut, Options: p.settings.options,
		Log: out.log, Save: s.save, Recover: s.recover, RecoverEvery: recoveryEvery,
	}
	result, err := run.Train(ctx, from)
	if err != nil {
		return result.Step, s.explain(err)
	}
	if err := s.final(); err != nil {
		return result.Step, s.explain(err)
	}
	return result.Step, out.completed(result, finalFolder, time.Since(began).Seconds())
}

// untilOwnerLeaves ends the context when the reader does, which is how a
// worker learns that whoever started it has died. A terminal or the null device
// has no owner at its other end. The reading goroutine lives as long as the
// pipe, that is, at most as long as the process.
func untilOwnerLeaves(ctx context.Context, in io.Reader) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	if in == nil || isDevice(in) {
		return ctx, cancel
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	return ctx, cancel
}

func isDevice(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// frugal makes the garbage collector run more often. That costs no time that can
// be measured and saves a quarter of the memory: 320 MB instead of 420 for all
// parameters of the builtin model. GOGC has the last word.
func frugal(env cli.Env) {
	if env.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// saver writes what a run leaves in the job's folder.
type saver struct {
	*prepared
	events      events
	checkpoints *checkpoint.Store
	recovery    *checkpoint.Store
}

// resume returns the state of the highest checkpoint of either kind, having put
// its weights in place, and whether it is one to announce.
func (s *saver) resume(warn func(error)) (from train.State, announced bool, err error) {
	last, err := s.checkpoints.Latest(warn)
	if err != nil {
		return from, false, err
	}
	recovered, err := s.recovery.Latest(warn)
	if err != nil {
		return from, false, err
	}
	announced = last != nil
	if recovered != nil && (last == nil || recovered.State.Step > last.State.Step) {
		last, announced = recovered, false
	}
	if last == nil {
		return from, false, nil
	}
	_, params, err := lora.Read(os.DirFS(last.Path), s.config)
	if err != nil {
		return from, false, err
	}
	s.params = params
	return last.State, announced, nil
}

func (s *saver) save(state train.State) error {
	if err := s.checkpoints.Save(state, s.writeAdapter); err != nil {
		return err
	}
	if err := s.recovery.Prune(0); err != nil {
		return err
	}
	return s.announce(state.Step)
}

func (s *saver) announce(step int) error {
	return s.events.checkpoint(step, checkpointFolder+"/"+filepath.Base(s.checkpoints.Path(step)))
}

func (s *saver) recover(state train.State) error {
	if err := s.recovery.Save(state, s.writeAdapter); err != nil {
		return err
	}
	return s.recovery.Prune(1)
}

// final writes the adapter alone into its folder.
func (s *saver) final() error {
	return checkpoint.WriteFolder(filepath.Join(s.job.Dir, finalFolder), s.writeAdapter)
}

func (s *saver) writeAdapter(dir string) error {
	err := checkpoint.WriteFile(dir, lora.ConfigFile, func(w io.Writer) error { return lora.WriteConfig(w, s.settings.lora) })
	if err != nil {
		return err
	}
	return checkpoint.WriteFile(dir, lora.WeightsFile, func(w io.Writer) error { return lora.WriteWeights(w, s.params) })
}

// explain says of two failures what they mean for the work done so far.
func (s *saver) explain(err error) error {
	full, wild := errors.Is(err, syscall.ENOSPC), errors.Is(err, train.ErrNotFinite)
	if !full && !wild {
		return err
	}
	what := "the disk is full"
	if wild {
		what = "training diverged"
	}
	err = fmt.Errorf("%s: %w", what, err)
	if last, _ := s.checkpoints.Latest(func(error) {}); last != nil {
		err = fmt.Errorf("%w; the checkpoint of step %d is intact", err, last.State.Step)
	}
	if wild {
		return cli.Hint(err, "try a lower learningRate, now %v", s.settings.options.LearningRate)
	}
	return cli.Hint(err, "make room in %s", s.job.Dir)
}

// oneLine is an error and its hint as one line: the protocol has no place for
// a second.
func oneLine(err error) string {
	text := err.Error()
	if hint := cli.HintOf(err); hint != "" {
		text += "; " + hint
	}
	return strings.Join(strings.Fields(text), " ")
}
