package exportcmd

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-backend/jobname"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// parity is the test of the files as arkor-trainer reports it.
type parity struct {
	Checked     bool    `json:"checked"`
	Reason      string  `json:"reason,omitempty"`
	Passed      bool    `json:"passed"`
	Rule        string  `json:"rule,omitempty"`
	PromptsFrom string  `json:"promptsFrom,omitempty"`
	Prompts     int     `json:"prompts"`
	SameAnswers int     `json:"sameAnswers"`
	NearTies    int     `json:"nearTies"`
	Tokens      int     `json:"tokens"`
	SameTokens  int     `json:"sameTokens"`
	MaxLogit    float64 `json:"maxLogitDifference"`
	Error       float64 `json:"relativeLogitError"`
}

func (p parity) String() string {
	if !p.Checked {
		return "not tested: " + p.Reason
	}
	return fmt.Sprintf("%d of %d answers and %d of %d tokens are those of the trained model; logits are up to %.2g away (prompts: %s)",
		p.SameAnswers, p.Prompts, p.SameTokens, p.Tokens, p.MaxLogit, p.PromptsFrom)
}

// file is one that was written.
type file struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// report says what was exported.
func (x *export) report() error {
	entries, err := os.ReadDir(x.folder.path)
	if err != nil {
		return err
	}
	var files []file
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err
		}
		f := file{Name: e.Name(), Size: info.Size()}
		if x.JSON {
			f.SHA256 = hashOf(filepath.Join(x.folder.path, e.Name()))
		}
		files = append(files, f)
	}
	if x.JSON {
		return json.NewEncoder(x.Env.Stdout).Encode(map[string]any{
			"out": x.folder.path, "jobId": x.job.ID, "name": x.job.Name, "step": x.step, "format": x.format, "type": x.kind,
			"baseModel": x.config.Model, "files": files, "parity": x.parity,
		})
	}
	fmt.Fprintf(x.Env.Stdout, "Exported job %s (%s) to %s\n", jobname.Short(x.job.ID), cli.OneLine(x.job.Name), x.folder.shown)
	for _, f := range files {
		fmt.Fprintf(x.Env.Stdout, "  %-28s %s\n", f.Name, size(f.Size))
	}
	_, err = fmt.Fprintf(x.Env.Stdout, "Parity: %v\n", x.parity)
	return err
}

func size(bytes int64) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	case bytes >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%d B", bytes)
}

// progress is one line on a terminal about what comes.
type progress struct {
	w    io.Writer
	last string
}

func newProgress(w io.Writer) *progress {
	if !cli.IsTerminal(w) {
		w = io.Discard
	}
	return &progress{w: w}
}

func (p *progress) say(name string, n, of int64) {
	if line := fmt.Sprintf("%s: %s of %s", name, size(n), size(of)); line != p.last {
		p.last = line
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	}
}

func (p *progress) clear() { fmt.Fprint(p.w, "\r\x1b[K") }
