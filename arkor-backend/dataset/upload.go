package dataset

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// ErrDigest means that an upload does not have the hash its client announced.
var ErrDigest = errors.New("the file does not have the announced SHA-256")

// NotJSONLinesError means that an upload which says it is JSON lines is not.
type NotJSONLinesError struct{ Message string }

func (e *NotJSONLinesError) Error() string { return e.Message }

// Uploads stores files of projects.
type Uploads struct {
	Store    *store.Store
	Blobs    *blob.Store
	MaxBytes int64
}

// Upload describes a file that is being sent.
type Upload struct {
	ProjectID   string
	ContentType string
	Filename    string // "" when the client gave none
	SHA256      string // announced hash, "" when the client gave none
}

// Add streams a file to disk and makes it visible in its project once it is
// whole. added is false when the project had it already. Errors: blob.ErrTooLarge,
// ErrDigest, *NotJSONLinesError, or those of reading and storing; nothing is
// left behind then.
func (u *Uploads) Add(ctx context.Context, up Upload, body io.Reader, now time.Time) (d cloud.Dataset, added bool, err error) {
	in, err := u.Blobs.Receive(body, u.MaxBytes)
	if err != nil {
		return d, false, err
	}
	defer in.Discard()
	if up.SHA256 != "" && up.SHA256 != in.Hash {
		return d, false, ErrDigest
	}
	if up.ContentType == "application/x-ndjson" {
		if err := checkFirstLine(in, up.Filename); err != nil {
			return d, false, err
		}
	}
	err = u.Blobs.Keep([]*blob.Incoming{in}, func() error {
		d, added, err = u.Store.AddDataset(ctx, up.ProjectID, in.Hash, cloud.Dataset{
			Size: in.Size, ContentType: up.ContentType, Filename: up.Filename, CreatedAt: cloud.Timestamp(now),
		})
		return err
	})
	if err != nil {
		err = errors.Join(err, u.sweep(ctx, in.Hash))
	}
	return d, added, err
}

// Remove takes a file out of a project, and off the disk when nobody else
// needs it. Errors: store.ErrNotFound, store.ErrInUse.
func (u *Uploads) Remove(ctx context.Context, projectID, hash string) error {
	if err := u.Store.DeleteDataset(ctx, projectID, hash); err != nil {
		return err
	}
	return u.sweep(ctx, hash)
}

// sweep drops the file unless somebody needs it, also when the client is gone.
func (u *Uploads) sweep(ctx context.Context, hash string) error {
	ctx = context.WithoutCancel(ctx)
	return u.Blobs.Sweep([]string{hash}, func(hash string) (bool, error) { return u.Store.Referenced(ctx, hash) })
}

// checkFirstLine catches the file that is something else altogether while its
// owner is still watching. The worker reads the rest.
func checkFirstLine(in *blob.Incoming, name string) error {
	file, err := in.Head()
	if err != nil {
		return err
	}
	defer file.Close()
	if name == "" {
		name = "dataset"
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(line, &object); err != nil || object == nil {
			return &NotJSONLinesError{fmt.Sprintf("%s:%d: not a JSON object; every line must be one, like {\"messages\": [...]}", name, n)}
		}
		return nil
	}
	if err := lines.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return err
	} else if err == nil {
		return &NotJSONLinesError{name + ": the file is empty"}
	}
	return nil
}
