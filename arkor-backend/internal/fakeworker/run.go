package fakeworker

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

type trainee struct {
	plan    Plan
	dir     string
	conn    net.Conn
	answers chan string
	stopped chan struct{}
}

func run(path string) int {
	plan, dir, err := readPlan(path)
	if err != nil {
		say(`{"type":"failed","step":0,"error":%q}`, err.Error())
		return 1
	}
	t := &trainee{plan: plan, dir: dir, answers: make(chan string), stopped: make(chan struct{}, 2)}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	stop := t.stopped
	go func() { <-signals; stop <- struct{}{} }()
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); stop <- struct{}{} }()
	from := t.latest()
	say(`{"type":"started","metadata":{"model":"arkor/tiny","totalSteps":%d,"resumedFromStep":%d}}`, plan.Steps, from)
	if plan.Control != "" {
		if t.conn, err = net.Dial("tcp", plan.Control); err != nil {
			return 4
		}
		defer t.conn.Close()
		go func() {
			for lines := bufio.NewScanner(t.conn); lines.Scan(); {
				t.answers <- lines.Text()
			}
		}()
	}
	for step := from + 1; step <= plan.Steps; step++ {
		if status, done := t.ask(step); done {
			return status
		}
		say(`{"type":"log","step":%d,"loss":%g,"evalLoss":null,"learningRate":0.001,"epoch":0.5,"samplesPerSecond":20,"tokensPerSecond":1500}`,
			step, 1/float64(step))
		if step%plan.Save == 0 {
			t.save(step)
			say(`{"type":"checkpoint","step":%d,"dir":"checkpoints/step-%d"}`, step, step)
		}
	}
	write(t.dir, "final", "final")
	say(`{"type":"completed","step":%d,"metrics":{"trainLoss":0.5},"dir":"final"}`, plan.Steps)
	return 0
}

// ask waits for "go" and does whatever else it is told.
func (t *trainee) ask(step int) (status int, done bool) {
	if t.conn == nil {
		select {
		case <-t.stopped:
			return t.stop(step - 1), true
		default:
			return 0, false
		}
	}
	fmt.Fprintf(t.conn, "step %d\n", step)
	for {
		select {
		case <-t.stopped:
			return t.stop(step - 1), true
		case command := <-t.answers:
			switch command {
			case "go":
				return 0, false
			case "free":
				t.conn.Close()
				t.conn = nil
				return 0, false
			case "die":
				t.die()
			case "half":
				fmt.Fprint(os.Stdout, `{"type":"log","ste`)
				t.die()
			case "exit":
				fmt.Fprintln(os.Stderr, "first words\nlast words")
				return 3, true
			case "fail":
				say(`{"type":"failed","step":%d,"error":"train.jsonl:17: not JSON"}`, step)
				return 1, true
			case "finish":
				say(`{"type":"completed","step":%d,"dir":"nowhere"}`, step)
				return 0, true
			case "deaf":
				t.stopped = nil
				fmt.Fprintf(t.conn, "step %d\n", step)
			case "garbage":
				say("loading…\n[1,2]\n{\"type\":\"log\",\"step\":-1}\n{\"type\":\"log\",\"step\":1.5}\nnull\n{\"type\":\"checkpoint\",\"step\":1,\"dir\":\"../../etc\"}")
				say(`{"type":"log","step":1,"note":"%s"}`, strings.Repeat("x", 2<<20))
				fmt.Fprintf(t.conn, "step %d\n", step)
			}
		}
	}
}

func (t *trainee) die() {
	self, _ := os.FindProcess(os.Getpid())
	_ = self.Kill()
	select {}
}

func (t *trainee) stop(step int) int {
	if step > 0 {
		t.save(step)
		say(`{"type":"checkpoint","step":%d,"dir":"checkpoints/step-%d"}`, step, step)
	}
	say(`{"type":"stopped","step":%d}`, step)
	return 0
}

func (t *trainee) save(step int) {
	write(t.dir, fmt.Sprintf("checkpoints/step-%d", step), fmt.Sprintf("step %d", step))
}

// write makes a folder appear with an adapter in it.
func write(dir, name, content string) {
	target, staging := filepath.Join(dir, filepath.FromSlash(name)), filepath.Join(dir, "staging")
	_ = os.MkdirAll(filepath.Dir(target), 0o700)
	_ = os.MkdirAll(filepath.Join(staging, "state"), 0o700)
	_ = os.WriteFile(filepath.Join(staging, "adapter_config.json"), []byte(`{"peft_type":"LORA"}`), 0o600)
	_ = os.WriteFile(filepath.Join(staging, "adapter_model.safetensors"), []byte("weights of "+content), 0o600)
	_ = os.WriteFile(filepath.Join(staging, "state", "trainer.json"), []byte(content), 0o600)
	_ = os.RemoveAll(target)
	_ = os.Rename(staging, target)
}

// latest returns the highest step with a checkpoint.
func (t *trainee) latest() (step int) {
	folders, _ := filepath.Glob(filepath.Join(t.dir, "checkpoints", "step-*"))
	for _, folder := range folders {
		if n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(folder), "step-")); err == nil {
			step = max(step, n)
		}
	}
	return step
}
