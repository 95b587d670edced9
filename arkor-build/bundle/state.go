package bundle

import (
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// State says what a plain start finds.
type State struct {
	Exists bool   // there is an artifact
	Stale  string // why it must be built again, for people; "" when it can be run as it is
	Entry  string // what to build: the entry of the last build, or the default one
	SDK    SDK    // of the artifact, when Stale is "" and the artifact is ours
	Newer  string // the version of arkor-build that wrote it, when that is too new to be understood
}

// Inspect compares a project's artifact with the record of its inputs. An
// artifact without a fitting record was placed there by someone and is theirs.
func Inspect(dir string) State {
	state := State{Entry: DefaultEntry}
	artifact := ArtifactPath(dir)
	code, err := os.ReadFile(artifact)
	if err != nil {
		return state
	}
	state.Exists = true
	data, err := wholefile.Read(recordPath(artifact), maxRecord)
	if err != nil {
		return state
	}
	r, ok := decodeRecord(data)
	if !ok {
		return state
	}
	root := realPath(dir)
	if r.Version > recordVersion {
		state.Newer = cli.Excerpt(r.Tool)
		if exists(resolve(root, DefaultEntry)) {
			state.Stale = "it was built by the newer version " + state.Newer + " of arkor-build"
		}
		return state
	}
	unfinished := false
	switch hash := Hash(code); {
	case hash == r.Artifact:
	case hash == r.Replaced:
		unfinished = true
	default:
		return state
	}
	if !exists(resolve(root, r.Entry)) {
		return state // shipped without its sources: there is nothing to build from
	}
	state.Entry = r.Entry
	state.SDK = SDK{Imported: r.SDK != "", Path: installedSDK(root, realPath(filepath.Dir(artifact)))}
	if unfinished {
		state.Stale = "the last build was cut off"
		return state
	}
	state.Stale = r.changed(root, state.SDK)
	return state
}

func (r record) changed(root string, sdk SDK) string {
	for _, in := range r.Inputs {
		switch now := hashFile(root, in.Path); {
		case now == in.SHA256:
		case now == "":
			return filepath.FromSlash(in.Path) + " is gone"
		case in.SHA256 == "":
			return filepath.FromSlash(in.Path) + " is new"
		default:
			return filepath.FromSlash(in.Path) + " changed"
		}
	}
	switch kind := sdk.kind(); {
	case r.SDK != kind && kind == installed:
		return "the package arkor was installed"
	case r.SDK != kind && r.SDK == installed:
		return "the package arkor is no longer installed"
	case r.SDK != kind:
		return "arkor-build brings another copy of the package arkor"
	case r.Tool != cli.Version():
		return "it was built by version " + cli.Excerpt(r.Tool)
	}
	return ""
}
