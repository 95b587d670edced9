package cloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// Artifacts returns what a job produced. A backend without the route answers
// with a *StatusError of 404 or 405.
func (c *Client) Artifacts(ctx context.Context, scope Scope, jobID string) ([]Artifact, error) {
	var out struct{ Artifacts []Artifact }
	path := "/v1/jobs/" + url.PathEscape(jobID) + "/artifacts"
	if err := c.call(ctx, http.MethodGet, path, scope.query(), nil, &out); err != nil {
		return nil, err
	}
	for _, a := range out.Artifacts {
		if a.ID == "" || a.Name == "" || a.Size < 0 || len(a.SHA256) != hex.EncodedLen(sha256.Size) {
			return nil, &decodeError{"GET " + path, errors.New("an artifact without an id, a name, a size or a hash")}
		}
	}
	return out.Artifacts, nil
}

// DamagedError means that the bytes of an artifact are not those that the job
// produced.
type DamagedError struct {
	Name      string
	Want, Got string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is damaged: it should be %s and is %s", cli.OneLine(e.Name), cli.OneLine(e.Want), cli.OneLine(e.Got))
}

// Download writes an artifact below dir: whole and checked, or not at all. Of
// its name, the part behind the folder prefix is used. A name that leaves dir is
// refused, bytes of another size or hash are a *DamagedError. seen, when it is
// not nil, is called with the bytes that have come so far. c should not bound how long an
// answer may take.
func (c *Client) Download(ctx context.Context, scope Scope, jobID string, a Artifact, dir, prefix string, seen func(int64)) error {
	name, ok := strings.CutPrefix(a.Name, prefix)
	if !ok || !filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains(name, `\`) {
		return fmt.Errorf("an artifact is called %q, which leads out of its folder", cli.Excerpt(a.Name))
	}
	target := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	req, err := c.request(ctx, http.MethodGet, "/v1/jobs/"+url.PathEscape(jobID)+"/artifacts/"+url.PathEscape(a.ID), scope.query(), nil)
	if err != nil {
		return err
	}
	res, err := c.do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", cli.OneLine(a.Name), err)
	}
	defer res.Body.Close()
	return wholefile.Create(target, 0o644, func(w io.Writer) error {
		hash := sha256.New()
		in := io.TeeReader(&counted{r: io.LimitReader(res.Body, a.Size+1), seen: seen}, hash) // one more shows that it is too long
		n, err := io.Copy(w, in)
		switch got := hex.EncodeToString(hash.Sum(nil)); {
		case err != nil:
			return fmt.Errorf("%s: %w", cli.OneLine(a.Name), err)
		case n > a.Size:
			return &DamagedError{a.Name, fmt.Sprintf("%d bytes", a.Size), "longer"}
		case n < a.Size:
			return &DamagedError{a.Name, fmt.Sprintf("%d bytes", a.Size), fmt.Sprintf("%d", n)}
		case !strings.EqualFold(got, a.SHA256):
			return &DamagedError{a.Name, "of SHA-256 " + a.SHA256, got}
		}
		return nil
	})
}

// counted tells how much was read.
type counted struct {
	r    io.Reader
	n    int64
	seen func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.seen != nil {
		c.seen(c.n)
	}
	return n, err
}
