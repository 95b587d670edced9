package jobscmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxCandidates is how many jobs an ambiguous name is answered with.
const maxCandidates = 10

// find returns the job that a word names: by its id, by the beginning of its
// id, or by its name. "" is the latest.
func (p *project) find(ctx context.Context, word string) (cloud.Job, error) {
	if word == "" {
		return p.latest(ctx)
	}
	job, err := p.session.Client.Job(ctx, p.session.Scope, word)
	var status *cloud.StatusError
	missing := errors.As(err, &status) && status.Status == http.StatusNotFound && (status.Code == "" || status.Code == "job_not_found")
	if !missing {
		return job, err
	}
	all, _, err := p.session.Client.Jobs(ctx, p.session.Scope, cloud.ListJobs{})
	if err != nil {
		return cloud.Job{}, err
	}
	var found []cloud.Job
	for _, job := range all {
		if strings.HasPrefix(job.ID, word) || job.Name == word {
			found = append(found, job)
		}
	}
	switch len(found) {
	case 0:
		return cloud.Job{}, cli.Hint(fmt.Errorf("no job of this project is called %q", word), "`arkor jobs list` shows them")
	case 1:
		return p.session.Client.Job(ctx, p.session.Scope, found[0].ID) // a row may hold less
	}
	return cloud.Job{}, ambiguous(word, found, time.Now())
}

func (p *project) latest(ctx context.Context) (cloud.Job, error) {
	jobs, _, err := p.session.Client.Jobs(ctx, p.session.Scope, cloud.ListJobs{Limit: 1})
	if err != nil {
		return cloud.Job{}, err
	}
	if len(jobs) == 0 {
		return cloud.Job{}, cli.Hint(errors.New("this project has no jobs yet"), "`arkor start` makes one")
	}
	return p.session.Client.Job(ctx, p.session.Scope, jobs[0].ID)
}

func ambiguous(word string, found []cloud.Job, now time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d jobs are called %q:", len(found), word)
	for i, job := range found {
		if i == maxCandidates {
			fmt.Fprintf(&b, "\n  and %d more", len(found)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s  %s  %s", cli.OneLine(job.ID), pad(string(job.Status), len(cloud.Completed)), ago(job.CreatedAt, now))
	}
	return cli.Hint(errors.New(b.String()), "name one of them by the beginning of its id")
}
