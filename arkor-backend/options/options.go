// Package options holds the options of every command about the folder's project.
package options

import (
	"context"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/session"
)

// Common are --json and --backend.
type Common struct {
	Env     cli.Env
	JSON    bool
	backend string
}

// AddTo declares the options, which stand behind a command's own.
func (c *Common) AddTo(flags *ff.FlagSet) {
	Bool(flags, &c.JSON, "json", "print JSON")
	Text(flags, &c.backend, "backend", "BACKEND", "local, cloud or an address; outranks every other setting")
}

// Open returns the project that the user is in, on the backend of their choice.
// name is the command's, for messages.
func (c *Common) Open(ctx context.Context, name string) (*session.Session, error) {
	return session.Open(ctx, c.Env, name, c.backend)
}

// Bool declares an option without a value.
func Bool(flags *ff.FlagSet, value *bool, name, usage string) {
	flags.AddFlag(ff.FlagConfig{LongName: name, Value: ffval.NewValue(value), NoDefault: true, Usage: usage})
}

// Text declares an option that is "" unless it is given.
func Text(flags *ff.FlagSet, value *string, name, placeholder, usage string) {
	flags.AddFlag(ff.FlagConfig{LongName: name, Value: ffval.NewValue(value), NoDefault: true, Placeholder: placeholder, Usage: usage})
}
