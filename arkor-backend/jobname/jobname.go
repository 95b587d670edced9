// Package jobname finds the job that a person means by a word, and says in a
// few words which job one is.
package jobname

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/session"
)

// maxCandidates is how many jobs an ambiguous name is answered with.
const maxCandidates = 10

// Find returns the job that a word names: by its id, by the beginning of its
// id, or by its name.
func Find(ctx context.Context, s *session.Session, word string) (cloud.Job, error) {
	job, err := s.Client.Job(ctx, s.Scope, word)
	var status *cloud.StatusError
	missing := errors.As(err, &status) && status.Status == http.StatusNotFound && (status.Code == "" || status.Code == "job_not_found")
	if !missing {
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
		return cloud.Job{}, cli.Hint(fmt.Errorf("no job of this project is called %q", word), "`arkor jobs list` shows them")
	case 1:
		return whole(ctx, s, found[0])
	}
	return cloud.Job{}, ambiguous(word, found, time.Now())
}

// Latest returns the latest job, or the latest of these statuses, and none where
// there is none.
func Latest(ctx context.Context, s *session.Session, none error, statuses ...cloud.JobStatus) (cloud.Job, error) {
	jobs, _, err := s.Client.Jobs(ctx, s.Scope, cloud.ListJobs{Statuses: statuses, Limit: 1})
	if err != nil {
		return cloud.Job{}, err
	}
	if len(jobs) == 0 {
		return cloud.Job{}, none
	}
	return whole(ctx, s, jobs[0])
}

// whole asks for a job again that a list has: a row may hold less.
func whole(ctx context.Context, s *session.Session, row cloud.Job) (cloud.Job, error) {
	return s.Client.Job(ctx, s.Scope, row.ID)
}

func ambiguous(word string, found []cloud.Job, now time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d jobs are called %q:", len(found), word)
	for i, job := range found {
		if i == maxCandidates {
			fmt.Fprintf(&b, "\n  and %d more", len(found)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s  %-*s  %s", cli.OneLine(job.ID), len(cloud.Completed), cli.OneLine(string(job.Status)), Ago(job.CreatedAt, now))
	}
	return cli.Hint(errors.New(b.String()), "name one of them by the beginning of its id")
}

// DryRun reports whether a job was one; a row of a list may not say so.
func DryRun(job cloud.Job) bool {
	var config struct{ DryRun bool }
	return json.Unmarshal(job.Config, &config) == nil && config.DryRun
}

// Short is what a person types of an id.
func Short(id string) string {
	const enough = 8
	if len(id) == 36 && id[enough] == '-' { // a UUID
		id = id[:enough]
	}
	return cli.OneLine(id)
}

// Ago says how long something is past; a text that is no time as it is.
func Ago(timestamp string, now time.Time) string {
	at, err := time.Parse(time.RFC3339, timestamp)
	if err != nil {
		return cli.OneLine(timestamp)
	}
	past := now.Sub(at)
	switch {
	case past < time.Minute:
		return "just now"
	case past < time.Hour:
		return fmt.Sprintf("%d min ago", past/time.Minute)
	case past < 48*time.Hour:
		return fmt.Sprintf("%d h ago", past/time.Hour)
	case past < 60*24*time.Hour:
		return fmt.Sprintf("%d days ago", past/(24*time.Hour))
	}
	return at.Local().Format("2006-01-02")
}
