package cloud

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// maxErrorBody bounds what is read of an error answer.
const maxErrorBody = 64 << 10

// StatusError is a non-2xx answer of the API. Its text is what a person may see
// of the message.
type StatusError struct {
	Status  int    // HTTP status
	Message string // as the server sent it; never empty
	Code    string // machine word, "" when the server gave none
	Body    string // what came, cut to 64 KiB

	RetryAfter time.Duration // what the server asks for, at most a minute; 0 when it does not say
}

func (e *StatusError) Error() string {
	if shown := cli.Excerpt(e.Message); shown != "" {
		return shown
	}
	return fmt.Sprintf("cloud-api %d", e.Status)
}

// NotOffered reports whether the backend has no such route. A 404 with a code is
// about what the request named, such as a deleted job.
func (e *StatusError) NotOffered() bool {
	return e.Status == http.StatusMethodNotAllowed || e.Status == http.StatusNotFound && e.Code == ""
}

// ReadError reads the rest of an answer that is no 2xx. A body that cannot be
// read counts as empty; upgrade is the command that a 426 is answered with.
func ReadError(res *http.Response, upgrade string) *StatusError {
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if err != nil {
		raw = nil
	}
	e := &StatusError{Status: res.StatusCode, Body: string(raw)}
	if seconds, err := strconv.ParseUint(res.Header.Get("Retry-After"), 10, 32); err == nil {
		e.RetryAfter = min(time.Duration(seconds)*time.Second, lastDelay)
	}
	var body struct {
		Error any `json:"error"`
		Code  any `json:"code"`
	}
	if json.Unmarshal(raw, &body) == nil {
		e.Message, _ = body.Error.(string)
		e.Code, _ = body.Code.(string)
	}
	switch {
	case res.StatusCode == http.StatusUpgradeRequired:
		e.Message = upgradeMessage(raw, upgrade)
	case e.Message == "" && len(raw) > 0:
		e.Message = string(raw)
	case e.Message == "":
		e.Message = fmt.Sprintf("cloud-api %d", res.StatusCode)
	}
	return e
}

// upgradeMessage is never empty, whatever the body of the 426 was. The command
// is ours: the server cannot know how this client was installed.
func upgradeMessage(body []byte, command string) string {
	run := fmt.Sprintf("Run `%s`.", command)
	var fields struct {
		Error          any `json:"error"`
		CurrentVersion any `json:"currentVersion"`
		SupportedRange any `json:"supportedRange"`
		Reason         any `json:"reason"`
	}
	if json.Unmarshal(body, &fields) != nil || fields.Error != "sdk_version_unsupported" {
		return "Arkor SDK is no longer supported by the cloud API. " + run
	}
	supported := ""
	if s, ok := fields.SupportedRange.(string); ok && s != "" {
		supported = " (supported: " + s + ")"
	}
	if reason, _ := fields.Reason.(string); reason == "missing" || reason == "malformed" {
		return fmt.Sprintf("Arkor SDK rejected by the cloud API: the X-Arkor-Client header was %s%s. %s", reason, supported, run)
	}
	version := ""
	if s, ok := fields.CurrentVersion.(string); ok && s != "" {
		version = s + " "
	}
	return fmt.Sprintf("Arkor SDK %sis no longer supported by the cloud API%s. %s", version, supported, run)
}
