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

// report is what --json prints.
type report struct {
	Dir       string           `json:"dir"`
	Name      string           `json:"name"`
	Template  string           `json:"template"`
	Backend   string           `json:"backend"`
	Files     []scaffold.Entry `json:"files"`
	Warnings  []string         `json:"warnings"`
	Installed *bool            `json:"installed"` // null when nothing was to be installed
	Git       bool             `json:"git"`       // a repository was made
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
	done := report{Dir: p.dir, Name: p.name, Template: p.template.ID, Backend: string(p.backend), Warnings: []string{}}
	if c.dryRun {
		return c.show(done, plan.Preview())
	}
	written, err := plan.Write(ctx)
	if err != nil {
		return err
	}
	if !c.json {
		if err := c.show(done, written); err != nil {
			return err
		}
	}
	end := closing{mode: c.mode, manager: manager, dir: c.seenFromHere(p.dir), goos: runtime.GOOS}
	repo := gitrepo.Folder{Dir: p.dir, Environ: c.env.Environ}
	var say string
	end.git, say, err = chosen.wantsGit(ctx, c.interactive(), repo.Inside, func(ctx context.Context) (bool, error) {
		return prompt.Confirm(ctx, c.env, gitQuestion, true)
	})
	if err != nil {
		return err
	}
	c.say(say)
	if end.install, err = c.install(ctx, manager, p.dir); err != nil {
		return err
	}
	if end.install != notDue {
		ok := end.ready()
		done.Installed = &ok
	}
	if end.git {
		if done.Git, err = c.commit(ctx, repo, manager, end.install); err != nil {
			return err
		}
	}
	c.say(end.afterInstall())
	c.say(end.outro())
	if c.json {
		return c.show(done, written)
	}
	return nil
}

// say prints advice; "" is none.
func (c *command) say(text string) {
	if text != "" {
		fmt.Fprintln(c.env.Stderr, text)
	}
}

// show prints what happened to each path, which is the result.
func (c *command) show(done report, written scaffold.Result) error {
	for _, warning := range written.Warnings {
		fmt.Fprintf(c.env.Stderr, "arkor: warning: %s\n", warning)
	}
	if c.json {
		done.Files = written.Entries
		done.Warnings = append(done.Warnings, written.Warnings...)
		return json.NewEncoder(c.env.Stdout).Encode(done)
	}
	fmt.Fprintln(c.env.Stdout, "Files")
	for _, e := range written.Entries {
		fmt.Fprintf(c.env.Stdout, "  %-8s %s\n", e.Action, e.Path)
	}
	return nil
}

// install runs the package manager, whose output is progress and not a result.
func (c *command) install(ctx context.Context, manager packagemanager.Manager, dir string) (outcome, error) {
	if c.skipInstall || manager == packagemanager.Undetected {
		return notDue, nil
	}
	c.say(installStep(manager))
	err := packagemanager.Install(ctx, packagemanager.Options{
		Manager: manager, Dir: dir, Environ: c.env.Environ, Stdin: c.env.Stdin, Stdout: c.env.Stderr, Stderr: c.env.Stderr,
	})
	var failure *packagemanager.Error
	switch {
	case err == nil:
		return installed, nil
	case !errors.As(err, &failure):
		return failed, err
	}
	fmt.Fprintf(c.env.Stderr, "arkor: warning: %v\n", failure)
	if failure.Landed {
		return landed, nil
	}
	return failed, nil
}

// commit makes the repository, unless the install left something to look at.
func (c *command) commit(ctx context.Context, repo gitrepo.Folder, manager packagemanager.Manager, install outcome) (made bool, err error) {
	if why := gitAfterFailure(manager, install); why != "" {
		c.say(why)
		return false, nil
	}
	unsigned, err := repo.Create(ctx, c.mode.commitMessage(), func() { c.say(gitStep) })
	var failure *gitrepo.Error
	switch {
	case errors.Is(err, gitrepo.ErrInside):
		c.say(gitBecame)
		return false, nil
	case errors.As(err, &failure):
		fmt.Fprintf(c.env.Stderr, "arkor: warning: %v\n", failure)
		c.say(gitByHand)
		return false, nil
	case unsigned:
		fmt.Fprintf(c.env.Stderr, "arkor: warning: %s\n", gitUnsigned)
	}
	return err == nil, err
}
