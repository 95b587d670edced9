package logincmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/project"
	"github.com/arkorlab/arkor-go/shared/prompt"
)

// Accounts may reach more than fits a terminal.
const (
	maxOrgs     = 20
	maxProjects = 200
)

// reachable is a project of an account, or one that could be made.
type reachable struct {
	scope project.Scope
	make  bool // it does not exist yet
}

func (r reachable) String() string {
	return cli.OneLine(r.scope.OrgSlug + "/" + r.scope.ProjectSlug)
}

// bindProject lists the projects that an account reaches and remembers the one
// that the directory belongs to. The sign-in itself has succeeded: only what
// --project asks for can fail now.
func (c *command) bindProject(ctx context.Context, client *cloud.Client) error {
	dir := c.env.Dir
	if bound, err := project.State(dir); err == nil {
		if c.project != "" && c.project != bound.OrgSlug+"/"+bound.ProjectSlug {
			return fmt.Errorf("%s says that this directory belongs to %s/%s; delete the file to choose another project",
				project.StateFile, cli.OneLine(bound.OrgSlug), cli.OneLine(bound.ProjectSlug))
		}
		return nil
	} else if !errors.Is(err, project.ErrNoState) {
		return err
	}
	if c.project != "" {
		return c.bindNamed(ctx, client)
	}
	if !isProject(dir) {
		return nil
	}
	projects, err := c.reachable(ctx, client)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(c.env.Stderr, "arkor: warning: your projects could not be listed: %v\n", err)
		return nil
	}
	return c.offer(ctx, client, projects)
}

func (c *command) reachable(ctx context.Context, client *cloud.Client) ([]reachable, error) {
	me, err := client.Me(ctx)
	if err != nil {
		return nil, err
	}
	var all []reachable
	for _, org := range me.Orgs[:min(len(me.Orgs), maxOrgs)] {
		projects, err := client.Projects(ctx, org.Slug)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			fmt.Fprintf(c.env.Stderr, "arkor: warning: the projects of %s could not be listed: %v\n", cli.OneLine(org.Slug), err)
			continue
		}
		for _, p := range projects[:min(len(projects), maxProjects-min(len(all), maxProjects))] {
			all = append(all, reachable{scope: project.Scope{OrgSlug: org.Slug, ProjectSlug: p.Slug, ProjectID: p.ID}})
		}
		own := project.Scope{OrgSlug: org.Slug, ProjectSlug: project.Slug(c.env.Dir)}
		if !slices.ContainsFunc(projects, func(p cloud.Project) bool { return p.Slug == own.ProjectSlug }) {
			all = append(all, reachable{scope: own, make: true})
		}
	}
	if len(me.Orgs) > maxOrgs || len(all) >= maxProjects {
		fmt.Fprintln(c.env.Stderr, "There are more projects than are shown; --project names any of them")
	}
	return all, nil
}

// bindNamed binds the directory to the project that --project names.
func (c *command) bindNamed(ctx context.Context, client *cloud.Client) error {
	org, slug, _ := strings.Cut(c.project, "/")
	projects, err := client.Projects(ctx, org)
	if err != nil {
		return fmt.Errorf("find %s: %w", c.project, err)
	}
	var names []string
	for _, p := range projects {
		if p.Slug == slug {
			return c.bind(ctx, project.Scope{OrgSlug: org, ProjectSlug: slug, ProjectID: p.ID})
		}
		names = append(names, cli.OneLine(p.Slug))
	}
	err = fmt.Errorf("there is no project %s", c.project)
	if len(names) > 0 {
		return cli.Hint(err, "those of %s are %s", org, strings.Join(names[:min(len(names), maxOrgs)], ", "))
	}
	return cli.Hint(err, "sign in without --project to have one made")
}

// offer shows what the account reaches. In the directory of a project, where
// somebody can answer, it asks which one this is.
func (c *command) offer(ctx context.Context, client *cloud.Client, projects []reachable) error {
	// The one with the directory's name is the likely one.
	slug := project.Slug(c.env.Dir)
	if i := slices.IndexFunc(projects, func(p reachable) bool { return !p.make && p.scope.ProjectSlug == slug }); i > 0 {
		likely := projects[i]
		copy(projects[1:i+1], projects[:i])
		projects[0] = likely
	}
	options := []prompt.Option{}
	for _, p := range projects {
		if p.make {
			options = append(options, prompt.Option{Label: "Create " + p.String()})
		} else {
			options = append(options, prompt.Option{Label: p.String()})
		}
	}
	if !c.env.Interactive() || len(projects) == 0 {
		c.list(projects)
		return nil
	}
	options = append(options, prompt.Option{Label: "None of these", Hint: "write " + project.StateFile + " later"})
	chosen, err := prompt.Select(ctx, c.env, "Which project does this directory belong to?", options, 0)
	if err != nil || chosen == len(projects) {
		return err
	}
	scope := projects[chosen].scope
	if projects[chosen].make {
		if scope, err = project.Create(ctx, client, scope.OrgSlug, c.env.Dir); err != nil {
			return err
		}
	}
	return c.bind(ctx, scope)
}

func (c *command) list(projects []reachable) {
	first := true
	for _, p := range projects {
		if p.make {
			continue
		}
		if first {
			fmt.Fprintln(c.env.Stderr, "Projects of this account:")
			first = false
		}
		fmt.Fprintf(c.env.Stderr, "  %s\n", p)
	}
	if !first {
		fmt.Fprintln(c.env.Stderr, "hint: `arkor login --oauth --project ORG/PROJECT` binds this directory to one of them")
	}
}

func (c *command) bind(ctx context.Context, scope project.Scope) error {
	if err := project.Bind(ctx, c.env.Dir, scope); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.env.Stdout, "Wrote %s: this directory belongs to %s/%s.\n", project.StateFile,
		cli.OneLine(scope.OrgSlug), cli.OneLine(scope.ProjectSlug))
	return err
}

// isProject reports whether a directory looks like a trainer's.
func isProject(dir string) bool {
	for _, sign := range []string{"src/arkor", "arkor.config.ts", "arkor.config.mts", "arkor.config.js", "arkor.config.mjs"} {
		if _, err := os.Stat(filepath.Join(dir, sign)); err == nil {
			return true
		}
	}
	return false
}
