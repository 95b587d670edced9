package cli

import (
	"context"
	"strings"

	"github.com/peterbourgon/ff/v4"
)

// Absent is a command that this build names but does not hold: it has help and
// a version like any other, and says in one line that it is not there.
func Absent(binary, name, shortHelp string) *ff.Command {
	return &ff.Command{
		Name:      name,
		Usage:     "arkor " + name,
		ShortHelp: shortHelp + " (not part of this build)",
		Exec: func(context.Context, []string) error {
			return Errorf("the command is not part of this build of %s", strings.TrimSpace(binary))
		},
	}
}
