package browser

import (
	"fmt"
	"os"
	"regexp"
	"sync"
	"testing"
)

// trained is a project whose trainings have ended, for tests that only look.
var trained library

// library makes the project when the first test asks for it.
type library struct {
	once     sync.Once
	root     string
	made     *project
	studio   *studio
	jobs     []job
	endpoint string // the id of one, which has a key
	err      error
}

type job struct{ name, id string }

// use returns the Studio of the project, which all tests share.
func (l *library) use(t *testing.T) (*studio, []job) {
	t.Helper()
	if why != "" {
		t.Skip(why)
	}
	l.once.Do(func() { l.err = l.make() })
	if l.err != nil {
		t.Fatal(l.err)
	}
	return l.studio, l.jobs
}

func (l *library) make() (err error) {
	if l.root, err = os.MkdirTemp("", "arkor-trained-"); err != nil {
		return err
	}
	if l.made, err = makeProject(l.root); err != nil {
		return err
	}
	for _, t := range trainings {
		fields := fmt.Sprintf("name: %q, maxSteps: %d, %s", t.name, t.steps, t.fields)
		if err := l.made.write(fields + callbacks); err != nil {
			return err
		}
		out, err := l.made.command("start").CombinedOutput()
		id := regexp.MustCompile(`Started job (\S+)`).FindSubmatch(out)
		if err != nil || id == nil {
			return fmt.Errorf("arkor start: %w\n%s", err, out)
		}
		l.jobs = append(l.jobs, job{t.name, string(id[1])})
	}
	if l.studio, err = startStudio(l.made); err != nil {
		return err
	}
	body := fmt.Sprintf(`{"slug":"support-desk","authMode":"fixed_api_key","target":{"kind":"adapter","adapter":{"kind":"final","jobId":%q}}}`, l.jobs[0].id)
	if l.endpoint, err = l.studio.post("/api/deployments", body, "deployment"); err != nil {
		return err
	}
	_, err = l.studio.post("/api/deployments/"+l.endpoint+"/keys", `{"label":"production"}`, "key")
	return err
}

func (l *library) stop() {
	if l.studio != nil {
		l.studio.stop()
		l.studio.release()
	}
	if l.made != nil {
		l.made.stopBackend()
	}
	if l.root != "" {
		os.RemoveAll(l.root)
	}
}

// trainings of the library; each learns something else, so that there is
// something to compare.
var trainings = []struct {
	name   string
	steps  int
	fields string
}{
	{"triage-small", 12, "lora: { r: 8, alpha: 16 }, learningRate: 3e-3, batchSize: 2, evalSteps: 4, saveSteps: 6,"},
	{"triage-fast", 12, "lora: { r: 16, alpha: 32 }, learningRate: 8e-3, batchSize: 2, evalSteps: 4, saveSteps: 6,"},
}

const callbacks = `
  callbacks: { onLog: ({ step, loss }) => { console.log("step=" + step + " loss=" + loss?.toFixed(4)); } },`
