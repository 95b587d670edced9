// Package hub finds model folders and datasets: the builtin model, a folder on
// this machine, the cache that Hugging Face's tools share, and, where there is
// a network, the Hugging Face hub itself.
package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/arkorlab/arkor-go/arkor-trainer/builtin"
	"github.com/arkorlab/arkor-go/shared/cli"
)

const defaultEndpoint = "https://huggingface.co"

// Hub is where models and datasets come from. The zero value knows the builtin
// model and folders, and downloads nothing.
type Hub struct {
	Cache    string       // folder of the shared cache, ".../huggingface/hub"; "" for none
	Endpoint string       // of the hub, without a slash at the end; "" to stay offline
	Token    string       // sent to Endpoint only, and never shown; may be empty
	Client   *http.Client // nil for one of its own
	Log      io.Writer    // one line for each file that is fetched; nil for none

	stall time.Duration // after which a silent server is given up; 0 means a minute
}

// New returns the Hub that the environment describes, with the variables of
// Hugging Face's own tools: HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_ENDPOINT and
// HF_HUB_OFFLINE.
func New(env cli.Env) Hub {
	h := Hub{Cache: cacheFolder(env), Endpoint: defaultEndpoint, Token: env.Getenv("HF_TOKEN"), Log: env.Stderr}
	if endpoint := env.Getenv("HF_ENDPOINT"); endpoint != "" {
		h.Endpoint = strings.TrimRight(endpoint, "/")
	}
	switch strings.ToLower(env.Getenv("HF_HUB_OFFLINE")) {
	case "1", "on", "yes", "true":
		h.Endpoint = ""
	}
	return h
}

func cacheFolder(env cli.Env) string {
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if dir := env.Getenv(name); dir != "" {
			return dir
		}
	}
	if dir := env.Getenv("HF_HOME"); dir != "" {
		return filepath.Join(dir, "hub")
	}
	cache := env.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := env.Home()
		if err != nil {
			return ""
		}
		cache = filepath.Join(home, ".cache")
	}
	return filepath.Join(cache, "huggingface", "hub")
}

// Model returns the folder of a model: that at path if it is not empty, else
// the builtin one, the folder that id names when it begins like a path, or the
// hub's model of that name, which is fetched when the cache does not have it
// whole. The folder is not checked beyond having a config.json. An unknown
// model is an error that lists what this machine offers.
func (h Hub) Model(ctx context.Context, id, path string) (fs.FS, error) {
	switch {
	case path != "":
		return openFolder(path)
	case id == builtin.ID:
		return builtin.Tiny(), nil
	case looksLikePath(id):
		return openFolder(id)
	case !validName(id):
		return nil, h.unknown(id, errors.New("it is neither a folder nor a name on the hub"))
	}
	cached, missing := h.cached(models, id)
	if missing == nil && complete(cached) {
		return cached, nil
	}
	if missing == nil {
		missing = errors.New("the copy in the cache is incomplete")
	}
	if h.Cache == "" || h.Endpoint == "" {
		return nil, h.unknown(id, missing)
	}
	if err := h.fetchModel(ctx, id); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, h.unknown(id, err)
	}
	return h.cached(models, id)
}

func (h Hub) unknown(id string, cause error) error {
	offered := append([]string{builtin.ID}, h.Models()...)
	err := fmt.Errorf("model %q is not on this machine, which offers %s: %w", shorten(id), strings.Join(offered, ", "), cause)
	return cli.Hint(err, "use one of these, a folder in the Hugging Face layout, or bring a Llama model of the hub with `arkor backend pull owner/name`")
}

func looksLikePath(id string) bool {
	return filepath.IsAbs(id) || strings.HasPrefix(id, "./") || strings.HasPrefix(id, "../") || strings.HasPrefix(id, `.\`) || strings.HasPrefix(id, `..\`)
}

func openFolder(path string) (fs.FS, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("model folder: %w", err)
	}
	if !info.IsDir() {
		return nil, cli.Hint(fmt.Errorf("model folder %s: it is a file", path), "name the folder that holds config.json, tokenizer.json and model.safetensors")
	}
	folder := os.DirFS(path)
	if _, err := fs.Stat(folder, "config.json"); err != nil {
		return nil, cli.Hint(fmt.Errorf("model folder %s: it has no config.json", path), "name a folder in the Hugging Face layout")
	}
	return folder, nil
}

// namePattern is the hub's: "name" or "owner/name".
var namePattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?$`)

func validName(id string) bool {
	return namePattern.MatchString(id) && !strings.Contains(id, "..") && !strings.Contains(id, "--")
}

func shorten(text string) string {
	const limit = 100
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}
