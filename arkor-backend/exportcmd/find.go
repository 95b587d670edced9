package exportcmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

// maxCandidates is how many jobs an ambiguous name is answered with.
const maxCandidates = 10

// find returns the job that a word names: by its id, by the beginning of its id,
// or by its name. "" is the latest that completed.
func find(ctx context.Context, s *session.Session, word string) (cloud.Job, error) {
	if word == "" {
		jobs, _, err := s.Client.Jobs(ctx, s.Scope, cloud.ListJobs{Statuses: []cloud.JobStatus{cloud.Completed}, Limit: 1})
		if err != nil {
			return cloud.Job{}, err
		}
		if len(jobs) == 0 {
			return cloud.Job{}, cli.Hint(errors.New("no job of this project has completed yet"), "`arkor start` trains; a checkpoint of a job is exported with --checkpoint")
		}
		return s.Client.Job(ctx, s.Scope, jobs[0].ID)
	}
	job, err := s.Client.Job(ctx, s.Scope, word)
	var status *cloud.StatusError
	if !errors.As(err, &status) || status.Status != http.StatusNotFound {
		return job, err
	}
	all, _, err := s.Client.Jobs(ctx, s.Scope, cloud.ListJobs{})
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
		return cloud.Job{}, cli.Hint(fmt.Errorf("no job of this project is called %q", word), "`arkor export` without a name takes the latest that completed")
	case 1:
		return s.Client.Job(ctx, s.Scope, found[0].ID) // a row may hold less
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d jobs are called %q:", len(found), word)
	for i, job := range found {
		if i == maxCandidates {
			fmt.Fprintf(&b, "\n  and %d more", len(found)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s  %-9s  %s", cli.OneLine(job.ID), cli.OneLine(string(job.Status)), cli.OneLine(job.CreatedAt))
	}
	return cloud.Job{}, cli.Hint(errors.New(b.String()), "name one of them by the beginning of its id")
}
