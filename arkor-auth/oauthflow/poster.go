package oauthflow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// maxAnswer bounds what is read of a provider's answer.
const maxAnswer = 1 << 20

// poster is the HTTP client that cli/oauth posts with: it obeys a context,
// bounds what it reads and keeps of the last answer what that library drops.
type poster struct {
	ctx  context.Context
	http *http.Client

	status int
	body   []byte
	date   time.Time // of the server; zero when it sent none
	at     time.Time // when the answer came, by our clock
}

// PostForm sends a form and reads the whole answer.
func (p *poster) PostForm(address string, form url.Values) (*http.Response, error) {
	p.status, p.body = 0, nil
	req, err := http.NewRequestWithContext(p.ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := p.http.Do(req)
	if err != nil {
		return nil, cloud.Unreachable(req, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, cloud.Unreachable(req, err)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("the answer of %s is longer than %d bytes", req.URL.Host, maxAnswer)
	}
	p.at, p.status, p.body = time.Now(), res.StatusCode, body
	p.date, _ = http.ParseTime(res.Header.Get("Date")) // zero when it cannot be read
	res.Body = io.NopCloser(bytes.NewReader(withInterval(body)))
	return res, nil
}

// withInterval completes the answer of a device authorization, in which the
// interval is optional (RFC 8628, 3.2) but the library insists on it.
func withInterval(body []byte) []byte {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil || fields["device_code"] == nil || fields["interval"] != nil {
		return body
	}
	fields["interval"] = 5
	complete, err := json.Marshal(fields)
	if err != nil {
		return body
	}
	return complete
}
