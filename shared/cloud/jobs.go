package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// ListJobs selects jobs of a project.
type ListJobs struct {
	Statuses []JobStatus // empty means all
	Limit    int         // 0 means all
}

// maxPage is how many jobs a page may hold.
const maxPage = 200

// Jobs returns jobs newest first, and whether there are more than the limit
// let through. A backend that knows no pages or filters answers with all jobs;
// the selection is made here then. A row may lack what a single job has.
func (c *Client) Jobs(ctx context.Context, scope Scope, list ListJobs) (jobs []Job, more bool, err error) {
	query := scope.query()
	for _, status := range list.Statuses {
		query.Add("status", string(status))
	}
	const path = "/v1/jobs"
	for {
		if list.Limit > 0 {
			query.Set("limit", strconv.Itoa(min(list.Limit-len(jobs), maxPage)))
		}
		var page struct {
			Jobs       []Job
			NextCursor *string
		}
		if err := c.call(ctx, http.MethodGet, path, query, nil, &page); err != nil {
			return nil, false, err
		}
		for _, job := range page.Jobs {
			switch {
			case job.ID == "" || job.Status == "":
				return nil, false, &decodeError{"GET " + path, errors.New("a job without an id or a status")}
			case len(list.Statuses) > 0 && !slices.Contains(list.Statuses, job.Status):
			case list.Limit > 0 && len(jobs) == list.Limit:
				return jobs, true, nil
			default:
				jobs = append(jobs, job)
			}
		}
		next := page.NextCursor != nil && *page.NextCursor != "" && len(page.Jobs) > 0
		if !next || list.Limit > 0 && len(jobs) >= list.Limit {
			return jobs, next, nil
		}
		query.Set("cursor", *page.NextCursor)
	}
}

// Event is an event of a job. Data is the whole payload, an object.
type Event struct {
	ID   string // to resume behind it, "" when it has none
	Type string
	Data json.RawMessage
}

// JobAndEvents returns a job as it is now and its latest events, oldest first.
// told is false on a backend that sends no events along.
func (c *Client) JobAndEvents(ctx context.Context, scope Scope, id string) (job Job, events []Event, told bool, err error) {
	path := "/v1/jobs/" + url.PathEscape(id)
	var out struct {
		Job    *Job
		Events []json.RawMessage
	}
	if err := c.call(ctx, http.MethodGet, path, scope.query(), nil, &out); err != nil {
		return Job{}, nil, false, err
	}
	if err := out.Job.check(); err != nil {
		return Job{}, nil, false, &decodeError{"GET " + path, err}
	}
	for _, data := range out.Events {
		if event, ok := parseEvent("", data); ok {
			events = append(events, event)
		}
	}
	return *out.Job, events, out.Events != nil, nil
}

// parseEvent reads a payload. What is no object is none.
func parseEvent(id string, data []byte) (Event, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil || fields == nil {
		return Event{}, false
	}
	event := Event{ID: id, Data: data}
	_ = json.Unmarshal(fields["type"], &event.Type) // one without a type is of none that we know
	if id == "" {
		_ = json.Unmarshal(fields["id"], &event.ID)
	}
	return event, true
}

// ResumeJob makes a job that goes on from a checkpoint of an ended one: from
// the last, where fromStep is nil.
func (c *Client) ResumeJob(ctx context.Context, scope Scope, id string, fromStep *int64) (Job, error) {
	body := map[string]int64{}
	if fromStep != nil {
		body["fromStep"] = *fromStep
	}
	return c.job(ctx, http.MethodPost, "/v1/jobs/"+url.PathEscape(id)+"/resume", scope, body)
}

// DeleteJob removes an ended job with everything it produced.
func (c *Client) DeleteJob(ctx context.Context, scope Scope, id string) error {
	return c.call(ctx, http.MethodDelete, "/v1/jobs/"+url.PathEscape(id), scope.query(), nil, nil)
}
