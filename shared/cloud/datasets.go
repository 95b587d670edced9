package cloud

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Dataset returns an uploaded file. A backend that takes none answers with a
// *StatusError.
func (c *Client) Dataset(ctx context.Context, scope Scope, id string) (Dataset, error) {
	var out struct{ Dataset *Dataset }
	route := "/v1/datasets/" + url.PathEscape(id)
	if err := c.call(ctx, http.MethodGet, route, scope.query(), nil, &out); err != nil {
		return Dataset{}, err
	}
	if out.Dataset == nil || out.Dataset.ID != id {
		return Dataset{}, &decodeError{"GET " + route, errors.New("not the data set that was asked for")}
	}
	return *out.Dataset, nil
}

// Name is what the file was called where it came from, without its folder; ""
// where nobody has said.
func (d Dataset) Name() string {
	name := path.Base(strings.ReplaceAll(d.Filename, `\`, "/"))
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	return name
}
