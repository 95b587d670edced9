package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/arkor-studio/preview"
	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
)

// previewAnswer is about the state of the project that a manifest with the same
// hash described.
type previewAnswer struct {
	ArtifactHash string          `json:"artifactHash"`
	Preview      json.RawMessage `json:"preview"`
	Unavailable  string          `json:"unavailable,omitempty"`
}

// readPreview says what a run of the project would be. What the project is may
// change while it is being asked about.
func (s *Server) readPreview(c *call) error {
	ctx, stop := c.until()
	defer stop()
	for {
		status, answer, err := s.manifestAnswer(ctx)
		if err != nil {
			return err
		}
		fields, ok := answer.(json.RawMessage)
		if !ok {
			return c.json(status, answer)
		}
		var about struct {
			ArtifactHash string
			Trainer      *struct{ Files []string }
		}
		if err := json.Unmarshal(fields, &about); err != nil {
			return fmt.Errorf("read the manifest: %w", err)
		}
		as, err := s.upstream.Identity(ctx)
		if err != nil {
			return err
		}
		var files []string
		if about.Trainer != nil {
			files = about.Trainer.Files
		}
		a, err := s.preview.Read(ctx, s.previewKey(about.ArtifactHash, as, files), s.entry.path())
		switch {
		case errors.Is(err, preview.ErrChanged):
			continue
		case err != nil:
			return err
		case a.Error != "":
			return &failure{status: http.StatusBadRequest, Message: a.Error, Code: a.Code, Hint: a.Hint}
		}
		none := strings.HasSuffix(a.Unavailable, "makes no previews")
		if (none || a.Preview != nil) && s.offers.learn(as.APIURL, estimateOf, !none) {
			s.news.publish(changed{state: true})
		}
		return c.json(http.StatusOK, previewAnswer{about.ArtifactHash, a.Preview, a.Unavailable})
	}
}

// previewKey names all that a preview depends on, as far as this side can tell.
func (s *Server) previewKey(hash string, as upstream.Identity, files []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s\n", hash, as.Mode, as.OrgSlug, as.APIURL)
	for _, name := range files {
		path := filepath.FromSlash(name)
		if !filepath.IsAbs(path) { // another volume's are
			path = filepath.Join(s.env.Dir, path)
		}
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "%q %d %d\n", name, info.ModTime().UnixNano(), info.Size())
		}
	}
	return b.String()
}
