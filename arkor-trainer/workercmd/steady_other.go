//go:build !unix

package workercmd

import "github.com/arkorlab/arkor-go/shared/cli"

// steady does nothing where a process cannot replace itself.
func steady(cli.Env) {}
