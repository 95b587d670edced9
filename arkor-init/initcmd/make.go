package initcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"

	"github.com/arkorlab/arkor-go/arkor-init/gitrepo"
	"github.com/arkorlab/arkor-go/arkor-init/packagemanager"
	"github.com/arkorlab/arkor-go/arkor-init/scaffold"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/prompt"
)

// report is the outcome, as --json prints it.
type report struct {
	Dir       string           `json:"dir"`
	Name      string           `json:"name"`
	Template  string           `json:"template"`
	Backend   string           `json:"backend"`
	Files     []scaffold.Entry `json:"files"`
	Warnings  []string         `json:"warnings"`
	Installed *bool            `json:"installed"` // null when nothing was to be installed
	Git       bool             `json:"git"`       // a repository was made
	Next      []string         `json:"next"`      // what to type
}

// make writes the project, installs what it needs and puts it under git, as far
// as that is wanted. What goes wrong after the files are written is a warning:
// the project is there.
func (c *command) make(ctx context.Context, chosen choices, p project) error {
	manager := packagemanager.Detect(chosen.manager(), c.env.Getenv("npm_config_user_agent"))
	plan, err := scaffold.New(scaffold.Options{
		Dir: p.dir, Name: p.name, Template: p.template, Backend: p.backend,
		PackageManager: string(manager), AgentsMD: !c.noAgents, SDK: c.sdkRange(),
	})
	var syntax *scaffold.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return cli.Hint(err, "correct the file and run the command again")
	case err != nil:
		return cli.Hint(err, "choose another directory: %s <dir>", c.mode.title())
	}
	done := report{Dir: p.dir, Template: p.template.ID, Backend: string(p.backend), Warnings: []string{}}
	end := closing{mode: c.mode, manager: manager, dir: c.seenFromHere(p.dir), goos: runtime.GOOS}
	if c.dryRun {
		c.tellFiles(&done, plan.Preview())
		c.say("Nothing was written: this was a dry run.")
		return c.finish(done, end)
	}
	if c.mode == createMode {
		c.say("Scaffolding in " + p.dir)
	}
	written, err := plan.Write(ctx)
	if err != nil {
		return err
	}
	if c.mode == createMode {
		c.say("Done")
	}
	c.tellFiles(&done, written)
	repo := gitrepo.Folder{Dir: p.dir, Environ: c.env.Environ}
	var say string
	end.git, say, err = chosen.wantsGit(ctx, c.interactive(), repo.Inside, func(ctx context.Context) (bool, error) {
		return prompt.Confirm(ctx, c.env, gitQuestion, true)
	})
	if err != nil {
		return err
	}
	c.say(say)
	if end.install, err = c.install(ctx, &done, manager); err != nil {
		return err
	}
	if end.git {
		if err := c.commit(ctx, &done, repo, manager, end.install); err != nil {
			return err
		}
	}
	c.say(end.afterInstall())
	c.say(end.outro())
	return c.finish(done, end)
}

// finish prints the outcome for scripts; a person has read it already.
func (c *command) finish(done report, end closing) error {
	if !c.json {
		return nil
	}
	done.Next = end.commands()
	return json.NewEncoder(c.env.Stdout).Encode(done)
}

// say prints advice; "" is none.
func (c *command) say(text string) {
	if text != "" {
		fmt.Fprintln(c.env.Stderr, text)
	}
}

func (c *command) warn(done *report, text string) {
	done.Warnings = append(done.Warnings, text)
	c.say("arkor: warning: " + text)
}

// tellFiles prints what happened to each path, which is the result.
func (c *command) tellFiles(done *report, written scaffold.Result) {
	done.Name, done.Files = written.Name, written.Entries
	if !c.json {
		fmt.Fprintln(c.env.Stdout, "Files")
		for _, e := range written.Entries {
			fmt.Fprintf(c.env.Stdout, "  %-8s %s\n", e.Action, e.Path)
		}
	}
	for _, warning := range written.Warnings {
		c.warn(done, warning)
	}
}

// install runs the package manager, whose output is progress and not a result.
func (c *command) install(ctx context.Context, done *report, manager packagemanager.Manager) (outcome, error) {
	if c.skipInstall || manager == packagemanager.Undetected {
		return notDue, nil
	}
	c.say(installStep(manager))
	err := packagemanager.Install(ctx, packagemanager.Options{
		Manager: manager, Dir: done.Dir, Environ: c.env.Environ, Stdin: c.env.Stdin, Stdout: c.env.Stderr, Stderr: c.env.Stderr,
	})
	var failure *packagemanager.Error
	if err != nil && !errors.As(err, &failure) {
		return failed, err
	}
	ok := err == nil || failure.Landed
	done.Installed = &ok
	if err == nil {
		return installed, nil
	}
	c.warn(done, failure.Error())
	if failure.Landed {
		return landed, nil
	}
	return failed, nil
}

// commit makes the repository, unless the install left something to look at.
func (c *command) commit(ctx context.Context, done *report, repo gitrepo.Folder, manager packagemanager.Manager, install outcome) error {
	if why := gitAfterFailure(manager, install); why != "" {
		c.say(why)
		return nil
	}
	unsigned, err := repo.Create(ctx, c.mode.commitMessage(), func() { c.say(gitStep) })
	var failure *gitrepo.Error
	switch {
	case errors.Is(err, gitrepo.ErrInside):
		c.say(gitBecame)
		return nil
	case errors.As(err, &failure):
		c.warn(done, failure.Error())
		c.say(gitByHand)
		return nil
	case unsigned:
		c.warn(done, gitUnsigned)
	}
	done.Git = err == nil
	return err
}
