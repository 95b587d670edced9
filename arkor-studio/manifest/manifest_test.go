package manifest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/errands"
	"github.com/arkorlab/arkor-go/shared/cli"
)

func usual() string { return "" }

// M7: questions that come while one is being answered share its answer, unless
// the sources have changed since it was asked.
func TestQuestionsAtOnceAreOne(t *testing.T) {
	t.Parallel()
	r := NewReader(cli.Env{Program: filepath.Join(t.TempDir(), "arkor-studio")}, errands.New(), usual)
	q := &question{done: make(chan struct{}), manifest: Manifest{Fields: []byte(`{"trainer":null}`)}}
	r.asking = q
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if m, err := r.Read(t.Context()); err != nil || string(m.Fields) != `{"trainer":null}` {
				t.Errorf("%+v %v", m, err)
			}
		})
	}
	close(q.done)
	all.Wait()
	r.Changed()
	if _, err := r.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "arkor-build is not installed") {
		t.Errorf("an old answer: %v", err)
	}
}

// M7: an answer that comes late takes nothing from the question that replaced its.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	r := NewReader(cli.Env{Program: filepath.Join(t.TempDir(), "arkor-studio")}, errands.New(), usual)
	late, now := &question{done: make(chan struct{})}, &question{done: make(chan struct{})}
	r.asking = now
	r.ask(late)
	if r.asking != now {
		t.Error("the latest question is forgotten")
	}
}

// The files of the latest manifest that could be read are what is watched.
func TestFilesOfTheLatestManifest(t *testing.T) {
	t.Parallel()
	r := NewReader(cli.Env{}, errands.New(), usual)
	for _, fields := range []string{
		`{"inputs":["old.ts"],"trainer":null}`,
		`{"inputs":["src/a.ts"],"trainer":{"name":"n","files":["data/t.jsonl"]}}`,
	} {
		r.tell(Manifest{Fields: []byte(fields)})
	}
	r.tell(Manifest{Error: "broken"})
	if got := strings.Join(<-r.Files(), " "); got != "src/a.ts data/t.jsonl" {
		t.Error(got)
	}
	select {
	case got := <-r.Files():
		t.Errorf("and %q", got)
	default:
	}
}

func FuzzFailed(f *testing.F) {
	f.Add("arkor-build manifest: a\n  | b\nhint: c\n")
	f.Add("\xff\nhint: \n")
	f.Add(strings.Repeat("x", maxError-1) + "\xc3\xa9" + strings.Repeat("y", maxError))
	f.Fuzz(func(t *testing.T, said string) {
		m := failed(said)
		if m.Error == "" || len(m.Error) > maxError+4 || strings.ToValidUTF8(m.Error, "") != m.Error || strings.Contains(m.Hint, "\n") {
			t.Errorf("%q: %+v", said, m)
		}
	})
}

// calm is after how long nothing more is expected to be told.
const calm = 12 * quiet

// watched is a project that is watched.
type watched struct {
	t       *testing.T
	dir     string
	home    string
	changes chan Change
	partial chan struct{}
	files   chan []string
}

func watching(t *testing.T, files ...string) *watched {
	t.Helper()
	w := &watched{t: t, dir: filepath.Join(t.TempDir(), "project"), home: t.TempDir(), changes: make(chan Change, 100), partial: make(chan struct{}, 1), files: make(chan []string)}
	w.write("package.json")
	for _, file := range files {
		w.write(file)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Watch(ctx, w.dir, w.home, w.files, func(c Change) { w.changes <- c }, func() { w.partial <- struct{}{} })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	// It watches once it notices a file that always counts.
	for {
		w.write("package.json")
		select {
		case <-w.changes:
			w.settle()
			return w
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// settle waits until what was done has been told.
func (w *watched) settle() {
	for {
		select {
		case <-w.changes:
		case <-time.After(calm):
			return
		}
	}
}

func (w *watched) write(name string) {
	w.t.Helper()
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(w.dir, path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(time.Now().String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Which files matter.
func TestWhatIsWatched(t *testing.T) {
	t.Parallel()
	w := watching(t, "src/arkor/index.ts", "src/node_modules/a/b.js", "data/train.jsonl", ".arkor/build/index.mjs", "node_modules/x/y.js")
	w.expect([]effect{
		{"data/train.jsonl", Change{}},
		{"README.md", Change{}},
		{"node_modules/x/y.js", Change{}},
		{"src/node_modules/a/b.js", Change{}},
		{"src/arkor/.index.ts.swp", Change{}},
		{".arkor/build/index.mjs", Change{}},
		{".arkor/state.lock", Change{}},
		{"src/arkor/index.ts", Change{Sources: true}},
		{"src/new/deep/file.ts", Change{Sources: true}},
		{"src/new/deep/file.ts", Change{Sources: true}},
		{"tsconfig.json", Change{Sources: true}},
		{"arkor.config.ts", Change{Sources: true, State: true}},
		{".arkor/local.json", Change{State: true}},
		{"package.json", Change{Sources: true}},
	})
	if err := os.Chmod(filepath.Join(w.dir, "package.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-w.changes:
		t.Errorf("other permissions: %+v", got)
	case <-time.After(calm):
	}
}

// A first build makes its folder, which is watched from then on.
func TestFirstBuild(t *testing.T) {
	t.Parallel()
	w := watching(t, "src/arkor/index.ts")
	w.expect([]effect{
		{".arkor/build/index.mjs", Change{State: true}},
		{".arkor/build/" + builtRecord, Change{Sources: true}},
	})
}

// Files that the project depends on matter wherever they lie, as long as it does.
func TestOtherFilesAreWatched(t *testing.T) {
	t.Parallel()
	w := watching(t, "data/train.jsonl", "../shared/a.ts", "src/arkor/index.ts", "root.ts")
	absolute := filepath.ToSlash(filepath.Join(w.home, "far", "b.ts"))
	if err := os.Mkdir(filepath.Join(w.home, "far"), 0o755); err != nil {
		t.Fatal(err)
	}
	w.follow("src/arkor/index.ts", "data/train.jsonl", "../shared/a.ts", absolute, "root.ts", "gone/c.ts")
	w.expect([]effect{
		{"data/train.jsonl", Change{Sources: true}},
		{"data/other.jsonl", Change{}},
		{"../shared/a.ts", Change{Sources: true}},
		{"../shared/b.ts", Change{}},
		{absolute, Change{Sources: true}},
		{"root.ts", Change{Sources: true}},
		{"README.md", Change{}},
		{"src/arkor/more.ts", Change{Sources: true}},
	})
	w.follow("../shared/b.ts")
	w.expect([]effect{
		{"data/train.jsonl", Change{}},
		{"../shared/a.ts", Change{}},
		{"../shared/b.ts", Change{Sources: true}},
		{"root.ts", Change{}},
		{"src/arkor/index.ts", Change{Sources: true}},
	})
}

// follow says which other files matter, and returns when they are watched.
func (w *watched) follow(files ...string) {
	for range 2 { // what is received second comes after what was done about the first
		w.files <- files
	}
}

// effect is what is told of a change of a file.
type effect struct {
	file string
	want Change
}

// expect changes one file after the other.
func (w *watched) expect(effects []effect) {
	w.t.Helper()
	for _, c := range effects {
		w.write(c.file)
		var got Change
		select {
		case got = <-w.changes:
		case <-time.After(patienceFor(c.want)):
		}
		if got != c.want {
			w.t.Errorf("%s: %+v, want %+v", c.file, got, c.want)
		}
		w.settle()
	}
}

// patienceFor is short where nothing is to come.
func patienceFor(c Change) time.Duration {
	if c == (Change{}) {
		return calm
	}
	return 20 * time.Second
}

// A source folder that comes later, and one that is too large.
func TestManyFolders(t *testing.T) {
	t.Parallel()
	w := watching(t)
	for i := range maxFolders + 5 {
		if err := os.MkdirAll(filepath.Join(w.dir, "elsewhere", strconv.Itoa(i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(filepath.Join(w.dir, "elsewhere"), filepath.Join(w.dir, "src")); err != nil {
		t.Fatal(err)
	}
	select {
	case c := <-w.changes:
		if c != (Change{Sources: true}) {
			t.Errorf("%+v", c)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was noticed")
	}
	select {
	case <-w.partial:
	case <-time.After(20 * time.Second):
		t.Fatal("it does not say that it is partial")
	}
}
