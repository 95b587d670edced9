//go:build unix

package fault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

const scope = "?orgSlug=local&projectSlug=faults"

// client asks a backend that may be dead at any moment.
type client struct {
	base  string
	token string
}

func newClient(b *backend) (client, error) {
	token, err := os.ReadFile(filepath.Join(b.folder, "owner-token"))
	return client{"http://" + b.address, strings.TrimSpace(string(token))}, err
}

// errRefused is an answer that is not a 2xx: the backend lives and says no.
type errRefused struct {
	status int
	body   string
}

func (e *errRefused) Error() string { return fmt.Sprintf("status %d: %s", e.status, e.body) }

func (c client) open(ctx context.Context, method, path string, body io.Reader, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("X-Arkor-Client", "arkor/0.0.0-dev")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return nil, &errRefused{res.StatusCode, string(text)}
	}
	return res, nil
}

// call sends a value as JSON and reads the whole answer: only then is what was
// asked for acknowledged.
func (c client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	res, err := c.open(ctx, method, path, body, "Content-Type", "application/json")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(data, out)
}

// upload stores data and returns its id.
func (c client) upload(ctx context.Context, data []byte) (string, error) {
	res, err := c.open(ctx, http.MethodPost, "/v1/datasets"+scope, bytes.NewReader(data), "Content-Type", "application/x-ndjson")
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var out struct{ Dataset cloud.Dataset }
	return out.Dataset.ID, json.NewDecoder(res.Body).Decode(&out)
}

// checkArtifact downloads an artifact and compares it with its hash.
func (c client) checkArtifact(ctx context.Context, jobID string, a cloud.Artifact) error {
	res, err := c.open(ctx, http.MethodGet, "/v1/jobs/"+jobID+"/artifacts/"+a.ID+scope, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, res.Body)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != a.SHA256 || n != a.Size {
		return fmt.Errorf("artifact %s of job %s has %d bytes with the hash %s, it should be %d with %s", a.Name, jobID, n, got, a.Size, a.SHA256)
	}
	return nil
}
