// Package gitrepo turns the folder of a new project into a git repository with
// one commit. The user's configuration of git is in force.
package gitrepo

import (
	"context"
	"errors"
	"os/exec"
	"regexp"
	"slices"

	"github.com/arkorlab/arkor-go/arkor-init/process"
)

// Folder is where a repository may be, or come to be.
type Folder struct {
	Dir     string // absolute
	Environ []string
}

// ErrInside means that the folder is part of a repository already.
var ErrInside = errors.New("the directory is inside a git repository")

// Inside reports whether the folder lies in the work tree of a repository.
// Where git is missing or does not answer, it does not.
func (f Folder) Inside(ctx context.Context) bool {
	return f.git(ctx, "rev-parse", "--is-inside-work-tree") == nil
}

// Create makes the repository and commits everything that is not ignored. It
// calls begin when nothing stands in the way and git is about to write.
//
// Where the commit cannot be signed it is made without a signature, and
// unsigned is true. The error is ErrInside, an *Error when git failed, or the
// cause of ctx; after the latter two a repository may be there without a commit.
func (f Folder) Create(ctx context.Context, message string, begin func()) (unsigned bool, err error) {
	if f.Inside(ctx) {
		return false, ErrInside
	}
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	begin()
	if err := f.git(ctx, "init", "-q"); err != nil {
		return false, err
	}
	if err := f.git(ctx, "add", "-A"); err != nil {
		return false, err
	}
	err = f.git(ctx, "commit", "-q", "-m", message)
	var failure *Error
	if !errors.As(err, &failure) || !failure.ofSigning() {
		return false, err
	}
	err = f.git(ctx, "-c", "commit.gpgsign=false", "commit", "-q", "-m", message)
	return err == nil, err
}

var signing = regexp.MustCompile(`(?i)failed to sign|signing failed|gpg failed`)

func (e *Error) ofSigning() bool { return signing.MatchString(e.Stderr) }

// git runs one command. Its messages are in English, for us to understand.
func (f Folder) git(ctx context.Context, args ...string) error {
	failure := &Error{Command: "git " + name(args), Code: -1}
	path := process.Find(f.Environ, "git")
	if path == "" {
		failure.Err = ErrMissing
		return failure
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = f.Dir, append(slices.Clone(f.Environ), "LC_ALL=C")
	var stdout, stderr tail
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := process.Run(ctx, cmd, process.Grace)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	failure.Err = err
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		failure.Code = exit.ExitCode()
	}
	if failure.Stderr = stderr.String(); failure.Stderr == "" {
		failure.Stderr = stdout.String() // such as "nothing to commit"
	}
	return failure
}

// name finds the command behind git's own options.
func name(args []string) string {
	for len(args) > 2 && args[0] == "-c" {
		args = args[2:]
	}
	return args[0]
}
