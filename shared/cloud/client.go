package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// maxBody bounds a JSON answer; a list of all jobs is the largest of them.
const maxBody = 256 << 20

// Client talks to one API with one token. The zero value of every field but
// BaseURL works. It retries nothing: the caller knows what may be repeated.
type Client struct {
	BaseURL string // trailing slashes do not matter
	Token   string // "" sends no Authorization
	Version string // of the X-Arkor-Client header
	Upgrade string // command shown when the server wants a newer client

	HTTP         *http.Client
	OnDeprecated func(Deprecation) // called for every answer that says so
}

// String and GoString keep the token out of messages.
func (c Client) String() string   { return "client of " + c.BaseURL }
func (c Client) GoString() string { return c.String() }

// AuthConfig returns how people sign in to this deployment. No token is sent.
func (c *Client) AuthConfig(ctx context.Context) (AuthConfig, error) {
	var out AuthConfig
	return out, c.withoutToken().call(ctx, http.MethodGet, "/v1/auth/cli/config", nil, nil, &out)
}

// Anonymous makes a new anonymous identity. No token is sent. An answer without
// a token, an id or an organisation is an error.
func (c *Client) Anonymous(ctx context.Context) (AnonymousIdentity, error) {
	var out AnonymousIdentity
	const path = "/v1/auth/anonymous"
	err := c.withoutToken().call(ctx, http.MethodPost, path, nil, map[string]string{"kind": "cli"}, &out)
	if err == nil && (out.Token == "" || out.AnonymousID == "" || out.PersonalOrg.Slug == "") {
		err = &decodeError{"POST " + path, errors.New("token, anonymousId or personalOrg.slug is missing")}
	}
	return out, err
}

func (c *Client) withoutToken() *Client {
	open := *c
	open.Token = ""
	return &open
}

// Get reads an answer of the API into out, which need not be one of our types.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, nil, out)
}

// Me returns the caller and their organisations.
func (c *Client) Me(ctx context.Context) (Me, error) {
	var out Me
	return out, c.call(ctx, http.MethodGet, "/v1/me", nil, nil, &out)
}

// Models returns what the backend can train and serve. A backend without the
// route answers with a *StatusError of 404 or 405.
func (c *Client) Models(ctx context.Context) (Models, error) {
	var out Models
	return out, c.call(ctx, http.MethodGet, "/v1/models", nil, nil, &out)
}

// Projects returns all projects of an organisation.
func (c *Client) Projects(ctx context.Context, orgSlug string) ([]Project, error) {
	var out struct{ Projects []Project }
	const path = "/v1/projects"
	if err := c.call(ctx, http.MethodGet, path, url.Values{"orgSlug": {orgSlug}}, nil, &out); err != nil {
		return nil, err
	}
	for _, p := range out.Projects {
		if err := p.check(); err != nil {
			return nil, &decodeError{"GET " + path, err}
		}
	}
	return out.Projects, nil
}

// CreateProject creates a project. A slug that is taken is a *StatusError of 409.
func (c *Client) CreateProject(ctx context.Context, orgSlug, name, slug string) (Project, error) {
	var out struct{ Project *Project }
	body := map[string]string{"name": name, "slug": slug}
	const path = "/v1/projects"
	if err := c.call(ctx, http.MethodPost, path, url.Values{"orgSlug": {orgSlug}}, body, &out); err != nil {
		return Project{}, err
	}
	if err := out.Project.check(); err != nil {
		return Project{}, &decodeError{"POST " + path, err}
	}
	return *out.Project, nil
}

// CreateJob submits a job. config is marshalled as it is.
func (c *Client) CreateJob(ctx context.Context, scope Scope, name string, config any) (Job, error) {
	return c.job(ctx, http.MethodPost, "/v1/jobs", scope, map[string]any{"name": name, "config": config})
}

// Job returns a job as it is now.
func (c *Client) Job(ctx context.Context, scope Scope, id string) (Job, error) {
	return c.job(ctx, http.MethodGet, "/v1/jobs/"+url.PathEscape(id), scope, nil)
}

// CancelJob asks for a job to be stopped; it may run on for a moment.
func (c *Client) CancelJob(ctx context.Context, scope Scope, id string) error {
	return c.call(ctx, http.MethodPost, "/v1/jobs/"+url.PathEscape(id)+"/cancel", scope.query(), nil, nil)
}

func (c *Client) job(ctx context.Context, method, path string, scope Scope, body any) (Job, error) {
	var out struct{ Job *Job }
	if err := c.call(ctx, method, path, scope.query(), body, &out); err != nil {
		return Job{}, err
	}
	if err := out.Job.check(); err != nil {
		return Job{}, &decodeError{method + " " + path, err}
	}
	return *out.Job, nil
}

// Events opens a job's event stream behind the event called lastID, or from
// the start when it is "". The caller closes it.
func (c *Client) Events(ctx context.Context, scope Scope, jobID, lastID string) (*Stream, error) {
	req, err := c.request(ctx, http.MethodGet, "/v1/jobs/"+url.PathEscape(jobID)+"/events/stream", scope.query(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/event-stream")
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := c.do(req)
	if err != nil {
		return nil, err
	}
	return NewStream(res.Body), nil
}

func (s Scope) query() url.Values {
	return url.Values{"orgSlug": {s.OrgSlug}, "projectSlug": {s.ProjectSlug}}
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, body any) (*http.Request, error) {
	base := strings.TrimRight(c.BaseURL, "/")
	if base == "" {
		return nil, errors.New("the address of the cloud API is empty")
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, reader)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Arkor-Client", "arkor/"+c.Version)
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// do sends a request and turns everything but a 2xx into an error. Redirects
// are followed on the same origin only: a token must not leave its host.
func (c *Client) do(req *http.Request) (*http.Response, error) {
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = SameOrigin
	res, err := client.Do(req)
	if err != nil {
		return nil, Unreachable(req, err)
	}
	if d, ok := ParseDeprecation(res.Header, c.Version); ok && c.OnDeprecated != nil {
		c.OnDeprecated(d)
	}
	if res.StatusCode/100 != 2 {
		defer res.Body.Close()
		upgrade := c.Upgrade
		if upgrade == "" {
			upgrade = cli.UpgradeCommand(cli.Env{})
		}
		return nil, ReadError(res, upgrade)
	}
	return res, nil
}

func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, out any) error {
	req, err := c.request(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	res, err := c.do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return Unreachable(req, &url.Error{Err: err})
	case err != nil:
		return fmt.Errorf("%s %s: %w", method, path, err)
	case len(data) > maxBody:
		return &decodeError{method + " " + path, errors.New("longer than " + strconv.Itoa(maxBody) + " bytes")}
	}
	if err := json.Unmarshal(data, out); err != nil {
		return &decodeError{method + " " + path, err}
	}
	return nil
}
