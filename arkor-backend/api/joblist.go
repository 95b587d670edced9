package api

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	defaultPage = 50
	maxPage     = 200
)

func (s *server) listJobs(c *call) error {
	query := c.URL.Query()
	list := store.ListJobs{ProjectID: c.project.ID, Statuses: query["status"]}
	for _, status := range list.Statuses {
		if !cloud.JobStatus(status).Valid() {
			return fail(http.StatusBadRequest, "invalid_request", "status must be queued, running, completed, failed or cancelled")
		}
	}
	paged := query.Has("limit") || query.Has("cursor")
	limit, err := pageLimit(query)
	if err != nil {
		return err
	}
	if query.Has("cursor") {
		var ok bool
		if list.AfterCreatedAt, list.AfterID, ok = parseCursor(query.Get("cursor")); !ok {
			return fail(http.StatusBadRequest, "invalid_cursor", "the cursor is not one that this backend gave out")
		}
	}
	key := list.ProjectID + " " + query.Encode()
	version := s.Store.Version() // before the look at the store
	if paged {
		list.Limit = limit + 1 // the one more tells whether there is a next page
		if kept := s.pages.get(version, key); kept != nil {
			c.bytes(http.StatusOK, kept)
			return nil
		}
	}
	jobs, err := s.Store.Jobs(c.Context(), list)
	if err != nil {
		return err
	}
	body := map[string]any{}
	if paged {
		body["nextCursor"] = nil
		if len(jobs) > limit {
			jobs = jobs[:limit]
			body["nextCursor"] = cursor(jobs[limit-1].CreatedAt, jobs[limit-1].ID)
		}
	}
	shown := make([]cloud.Job, len(jobs))
	for i, job := range jobs {
		shown[i] = job.Job
	}
	body["jobs"] = shown
	data, err := encode(body)
	if err != nil {
		return err
	}
	if paged {
		s.pages.put(version, key, data)
	}
	c.bytes(http.StatusOK, data)
	return nil
}

// pageLimit returns how many rows a page is to have.
func pageLimit(query url.Values) (int, error) {
	if !query.Has("limit") {
		return defaultPage, nil
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit < 1 || limit > maxPage {
		return 0, fail(http.StatusBadRequest, "invalid_request", "limit must be a whole number from 1 to %d", maxPage)
	}
	return limit, nil
}

// cursor names the position behind a row of a page.
func cursor(createdAt, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(createdAt + " " + id))
}

// parseCursor accepts what cursor makes and nothing else.
func parseCursor(text string) (createdAt, id string, ok bool) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", "", false
	}
	createdAt, id, _ = strings.Cut(string(data), " ")
	at, err := time.Parse(time.RFC3339, createdAt)
	if err != nil || cloud.Timestamp(at) != createdAt || uuid.Validate(id) != nil || cursor(createdAt, id) != text {
		return "", "", false
	}
	return createdAt, id, true
}
