package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/arkorlab/arkor-go/shared/wholefile"
)

const (
	maxListing  = 16 << 20 // of the answer that lists a repository's files
	maxSmall    = 64 << 20 // of a configuration or tokenizer file
	maxDownload = 64 << 30 // of all files of a repository together

	stallTimeout = time.Minute // without a byte
)

// remoteFile is a file of a repository on the hub.
type remoteFile struct {
	Name string `json:"rfilename"`
	Size int64  `json:"size"`
	Git  string `json:"blobId"` // SHA-1 that git gives the file
	LFS  *struct {
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
	} `json:"lfs"`
}

// repository is one commit of a repository on the hub.
type repository struct {
	kind   kind
	name   string
	Commit string       `json:"sha"`
	Files  []remoteFile `json:"siblings"`
}

// fetch brings a repository's files into the cache. It works in stages, so that
// what is small can be looked at before what is large is fetched: choose is
// called with the files that exist and the folder as it is so far, and returns
// the next ones to fetch, none at the end.
func (h Hub) fetch(ctx context.Context, k kind, name string, choose func(repo repository, folder fs.FS) ([]remoteFile, error)) error {
	repo, err := h.list(ctx, k, name)
	if err != nil {
		return err
	}
	folder := h.repoFolder(k, name)
	snapshot := filepath.Join(folder, "snapshots", repo.Commit)
	for _, dir := range []string{filepath.Join(folder, "blobs"), filepath.Join(folder, "refs"), snapshot, filepath.Join(h.Cache, ".locks")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(h.Cache, ".locks", filepath.Base(folder)+".lock")).Lock()
	if err != nil {
		return fmt.Errorf("lock the cache: %w", err)
	}
	defer unlock()
	left := int64(maxDownload)
	for {
		files, err := choose(repo, os.DirFS(snapshot))
		if err != nil {
			return err
		}
		if len(files) == 0 {
			break
		}
		for _, f := range files {
			if left -= f.size(); left < 0 {
				return fmt.Errorf("%s: its files are larger than %d GiB", name, maxDownload>>30)
			}
			if err := h.fetchFile(ctx, repo, f, folder); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
	}
	// Last, so that a repository with a commit has the files of that commit.
	return wholefile.Write(filepath.Join(folder, "refs", "main"), []byte(repo.Commit), 0o644)
}

func (f remoteFile) size() int64 {
	if f.LFS != nil {
		return f.LFS.Size
	}
	return f.Size
}

// blob returns the name of the file's content in the cache and the hash that
// the content must have.
func (f remoteFile) blob() (name string, h hash.Hash) {
	if f.LFS != nil {
		return f.LFS.SHA256, sha256.New()
	}
	git := sha1.New()
	fmt.Fprintf(git, "blob %d\x00", f.Size)
	return f.Git, git
}

// list asks the hub for a repository's newest commit and its files.
func (h Hub) list(ctx context.Context, k kind, name string) (repository, error) {
	repo := repository{kind: k, name: name}
	body, err := h.get(ctx, "/api/"+string(k)+"/"+name+"/revision/main?blobs=true")
	if err != nil {
		return repo, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxListing))
	if err != nil {
		return repo, err
	}
	if err := repo.parse(data); err != nil {
		return repo, fmt.Errorf("%s %w", h.host(), err)
	}
	return repo, nil
}

// parse reads the hub's answer and refuses names that are no place in the cache.
func (r *repository) parse(data []byte) error {
	if err := json.Unmarshal(data, r); err != nil || !commitPattern.MatchString(r.Commit) {
		return errors.New("gave an answer that is no list of files")
	}
	for _, f := range r.Files {
		name, want := f.blob()
		digest, err := hex.DecodeString(name)
		if err != nil || len(digest) != want.Size() || f.size() < 0 || !isFileName(f.Name) {
			return fmt.Errorf("lists the file %q, which cannot be kept", shorten(f.Name))
		}
	}
	return nil
}

// isFileName reports whether a name from elsewhere stays inside of a folder.
func isFileName(name string) bool {
	return name != "." && fs.ValidPath(name) && filepath.IsLocal(filepath.FromSlash(name))
}

// fetchFile puts one file into the cache, unless it is there.
func (h Hub) fetchFile(ctx context.Context, repo repository, f remoteFile, folder string) error {
	link := filepath.Join(folder, "snapshots", repo.Commit, filepath.FromSlash(f.Name))
	if info, err := os.Stat(link); err == nil && info.Size() == f.size() {
		return nil
	}
	name, _ := f.blob()
	blob := filepath.Join(folder, "blobs", name)
	if info, err := os.Stat(blob); err != nil || info.Size() != f.size() {
		if err := h.download(ctx, repo, f, blob); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(link), blob)
	if err != nil {
		return err
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if os.Symlink(target, link) == nil {
		return nil
	}
	return os.Rename(blob, link) // where links need rights, as on Windows, Hugging Face's tools do the same
}

// download writes a file's content to blob, which appears only when its size
// and hash are right.
func (h Hub) download(ctx context.Context, repo repository, f remoteFile, blob string) error {
	prefix := "/"
	if repo.kind == datasets {
		prefix = "/datasets/"
	}
	if h.Log != nil {
		fmt.Fprintf(h.Log, "fetching %s of %s (%.1f MB)\n", f.Name, repo.name, float64(f.size())/1e6)
	}
	escaped := (&url.URL{Path: f.Name}).EscapedPath()
	body, err := h.get(ctx, prefix+repo.name+"/resolve/"+repo.Commit+"/"+escaped)
	if err != nil {
		return err
	}
	defer body.Close()
	return wholefile.Create(blob, 0o644, func(out io.Writer) error {
		name, digest := f.blob()
		n, err := io.Copy(io.MultiWriter(out, digest), io.LimitReader(body, f.size()+1))
		if err != nil {
			return err
		}
		if n != f.size() || hex.EncodeToString(digest.Sum(nil)) != name {
			return fmt.Errorf("%s sent other bytes than it lists", h.host())
		}
		return nil
	})
}

// get asks the hub. The caller closes the body.
func (h Hub) get(ctx context.Context, resource string) (_ io.ReadCloser, err error) {
	wait := h.stall
	if wait == 0 {
		wait = stallTimeout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	alive := &aliveBody{ctx: ctx, cancel: cancel, wait: wait}
	alive.timer = time.AfterFunc(wait, func() { cancel(fmt.Errorf("%s sent nothing for %s", h.host(), wait)) })
	defer func() {
		if err != nil {
			alive.end()
		}
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.Endpoint+resource, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "arkor-trainer")
	if h.Token != "" {
		// net/http drops this header when the hub redirects to another host.
		request.Header.Set("Authorization", "Bearer "+h.Token)
	}
	client := h.Client
	if client == nil {
		client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	response, err := client.Do(request)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, fmt.Errorf("%s cannot be reached: %w", h.host(), errors.Unwrap(err))
	}
	if response.StatusCode == http.StatusOK {
		alive.body = response.Body
		return alive, nil
	}
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("%s does not know it, or it needs an HF_TOKEN with access to it", h.host())
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s does not know it", h.host())
	}
	return nil, fmt.Errorf("%s answered %s", h.host(), response.Status)
}

// aliveBody is a transfer that ends when the server stays silent: without that
// a job would hang for as long as the server does.
type aliveBody struct {
	body   io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	wait   time.Duration
}

func (a *aliveBody) Read(p []byte) (int, error) {
	n, err := a.body.Read(p)
	if n > 0 {
		a.timer.Reset(a.wait)
	}
	if cause := context.Cause(a.ctx); cause != nil && err != nil && err != io.EOF {
		err = cause
	}
	return n, err
}

func (a *aliveBody) Close() error {
	a.end()
	return a.body.Close()
}

func (a *aliveBody) end() {
	a.timer.Stop()
	a.cancel(nil)
}

func (h Hub) host() string {
	_, host, _ := strings.Cut(h.Endpoint, "://")
	return path.Clean(host)
}
