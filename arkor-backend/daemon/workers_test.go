package daemon_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
)

func TestWorkerDeaths(t *testing.T) {
	t.Parallel()
	for _, deaths := range []int{1, 2, 3} {
		t.Run(itoa(deaths), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			control := fakeworker.NewControl(t)
			job := b.create(config(fakeworker.Plan{Control: control.Address()}))
			for range deaths {
				worker := control.Next()
				for worker.AtStep() < 4 { // past the checkpoint of step 2, so that step 3 is made again and again
					worker.Do("go")
				}
				worker.Do("half")
			}
			control.Next().Do("free")
			check(t, fourSteps, tell(b.events(job.ID, "")))
		})
	}
}

func TestWorkerDiesOnceTooOften(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	worker.Do("go")
	worker.AtStep()
	worker.Do("die")
	for range 2 {
		worker := control.Next()
		worker.AtStep()
		worker.Do("die")
	}
	worker = control.Next()
	worker.AtStep()
	worker.Do("exit")
	check(t, []string{"1 training.started", "2 training.log 1", "3 training.failed 1", "4 end failed"}, tell(b.events(job.ID, "")))
	check(t, "the training process ended by itself 4 times; the last time: exit status 3: last words", *b.job(job.ID).Error)
}

func TestWorkerReportsFailure(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	worker.Do("fail")
	check(t, []string{"1 training.started", "2 training.failed 1", "3 end failed"}, tell(b.events(job.ID, "")))
	check(t, "train.jsonl:17: not JSON", *b.job(job.ID).Error)
}

func TestWorkerFinishesWithoutResult(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	worker.Do("finish")
	b.events(job.ID, "")
	check(t, "the training process finished, but its result is not in nowhere", *b.job(job.ID).Error)
}

func TestGarbageOnStdoutIsPassedOver(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address()}))
	worker := control.Next()
	worker.AtStep()
	worker.Do("garbage")
	worker.AtStep()
	worker.Do("free")
	check(t, fourSteps, tell(b.events(job.ID, "")))
}

// A power cut ends backend and worker together: lines that nobody has read are
// told once, although the next worker repeats them.
func TestLinesThatNobodyReadAreToldOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address(), Steps: 6}))
	worker := control.Next()
	for worker.AtStep() < 4 {
		worker.Do("go")
	}
	b.close() // the worker saves step 3 and leaves
	worker.Gone()
	output, err := os.OpenFile(filepath.Join(string(b.options.Home), "jobs", job.ID, "output.jsonl"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	_, err = output.WriteString(`{"type":"started","metadata":{"resumedFromStep":3}}` + "\n" +
		`{"type":"log","step":4,"loss":0.25}` + "\n" + `{"type":"log","step":5,"loss":0.2}` + "\n" + `{"type":"lo`)
	if err != nil {
		t.Fatal(err)
	}
	b.open()
	worker = control.Next()
	check(t, 4, worker.AtStep())
	worker.Do("free")
	check(t, []string{"7 training.log 4", "8 training.log 5", "9 checkpoint.saved 4", "10 training.log 6", "11 checkpoint.saved 6",
		"12 training.completed", "13 end completed"}, tell(b.events(job.ID, "6")))
}
