package devcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/keys"
	"github.com/arkorlab/arkor-go/arkor-studio/runs"
	"github.com/arkorlab/arkor-go/arkor-studio/server"
	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/project"
)

// errQuit ends the command because a person pressed the key for it.
var errQuit = errors.New("quit")

// openScreen tells a person at a terminal what this Studio is about and what
// happens in it, and listens to the keys. Without a person there is nothing
// but the ready line, and nothing is built. What it returns puts the terminal
// back as it was.
func (c *command) openScreen(ctx context.Context, s *server.Server, url string, quit func()) (closeScreen func()) {
	if !c.env.Interactive() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	screen := &screen{w: c.env.Stderr, color: c.env.Color(c.env.Stderr)}
	var working sync.WaitGroup
	working.Go(func() {
		where := c.shownBackend(ctx)
		if ctx.Err() != nil {
			return
		}
		screen.rows([2]string{"Project", c.shownFolder()}, [2]string{"Backend", where})
		screen.keys("o", "open the page", "r", "rebuild", "q", "quit")
		s.Tell(ctx, screen)
	})
	restore := keys.Listen(ctx, c.env.Stdin, func(key byte) {
		switch key {
		case 'o', 'O':
			c.openBrowser(url)
		case 'r', 'R':
			s.Rebuild()
		case 'q', 'Q':
			quit()
		}
	})
	return func() {
		restore()
		cancel()
		working.Wait()
	}
}

// shownFolder is the project's name and where it lies.
func (c *command) shownFolder() string {
	folder := c.env.Dir
	if home, err := c.env.Home(); err == nil {
		if below, err := filepath.Rel(home, folder); err == nil && filepath.IsLocal(below) {
			folder = "~" + string(filepath.Separator) + below
		}
	}
	return fmt.Sprintf("%s  (%s)", cli.OneLine(project.Name(c.env.Dir)), cli.OneLine(folder))
}

func (c *command) shownBackend(ctx context.Context) string {
	env := c.env
	env.Stderr = io.Discard // the page shows what is wrong with the settings
	choice, err := backend.Choose(ctx, env, "")
	switch {
	case err != nil:
		return "unknown: " + cli.Excerpt(err.Error())
	case choice.Local:
		return "this machine"
	}
	return cli.OneLine(choice.URL)
}

// screen writes for a person. It is told of things by one goroutine, and keys
// may be pressed at any time: each line is one write.
type screen struct {
	w     io.Writer
	color bool
}

const (
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
)

func (s *screen) paint(style, text string) string {
	if !s.color {
		return text
	}
	return style + text + "\x1b[0m"
}

func (s *screen) rows(rows ...[2]string) {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "  %s %s\n", s.paint(faint, fmt.Sprintf("%-8s", row[0])), row[1])
	}
	fmt.Fprint(s.w, b.String())
}

func (s *screen) keys(pairs ...string) {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, s.paint(bold, pairs[i])+" "+pairs[i+1])
	}
	fmt.Fprintf(s.w, "  %s %s\n", s.paint(faint, fmt.Sprintf("%-8s", "Keys")), strings.Join(parts, s.paint(faint, " · ")))
}

func (s *screen) line(mark, format string, args ...any) {
	fmt.Fprintf(s.w, "%s %s %s\n", s.paint(faint, time.Now().Format(time.TimeOnly)), mark, fmt.Sprintf(format, args...))
}

// Built says what the project would train now.
func (s *screen) Built(b server.Build) {
	switch {
	case b.Error != "":
		s.line(s.paint(red, "✘"), "%s", cli.Excerpt(b.Error))
	case b.Trainer == "":
		s.line(s.paint(red, "✘"), "no trainer is exported from %s", cli.OneLine(b.Entry))
	case b.First:
		s.line(s.paint(green, "✔"), "trainer %s, from %s", s.paint(bold, cli.OneLine(b.Trainer)), cli.OneLine(b.Entry))
	default:
		s.line(s.paint(green, "✔"), "rebuilt in %d ms: trainer %s, from %s", b.Took.Milliseconds(), s.paint(bold, cli.OneLine(b.Trainer)), cli.OneLine(b.Entry))
	}
}

// Run says what became of a training that the page started.
func (s *screen) Run(run runs.Run) {
	name := "training " + strings.TrimPrefix(run.ID, "r")
	if run.DryRun {
		name = "dry run " + strings.TrimPrefix(run.ID, "r")
	}
	if run.File != "" {
		name += " of " + cli.OneLine(run.File)
	}
	switch {
	case run.State == runs.Exited && run.Exit != nil && *run.Exit == 0:
		s.line(s.paint(green, "✔"), "%s is done", name)
	case run.State == runs.Exited && run.Exit != nil:
		s.line(s.paint(red, "✘"), "%s ended with exit status %d", name, *run.Exit)
	case run.State == runs.Exited:
		s.line(s.paint(red, "✘"), "%s was ended by %s", name, cli.OneLine(*run.Signal))
	case run.State == runs.Stopping:
		s.line("●", "%s is being stopped", name)
	case run.JobID != nil:
		s.line("●", "%s is job %s", name, cli.OneLine(*run.JobID))
	default:
		s.line("●", "%s has started", name)
	}
}

// sayWhereWeAre tells somebody who is in no project how to get one.
func (c *command) sayWhereWeAre() {
	if c.isProject() {
		return
	}
	fmt.Fprintf(c.env.Stderr, "arkor dev: there is no project in %s\n"+
		"hint: `arkor init` writes one that trains on this machine; `ARKOR_BACKEND=local arkor dev` shows this machine's own backend\n", c.env.Dir)
}

// isProject reports whether there is anything of a project here, or the backend
// was chosen without one.
func (c *command) isProject() bool {
	if c.env.Getenv("ARKOR_BACKEND") != "" || c.env.Getenv("ARKOR_CLOUD_API_URL") != "" {
		return true
	}
	paths := []string{filepath.Join("src", "arkor"), filepath.FromSlash(project.StateFile), filepath.FromSlash(project.LocalFile)}
	for _, extension := range configExtensions {
		paths = append(paths, "arkor.config."+extension)
	}
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join(c.env.Dir, path)); err == nil {
			return true
		}
	}
	return false
}
