package startcmd

import (
	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/shared/cli"
)

func (c *command) addPreview(flags *ff.FlagSet) {
	for _, flag := range []ff.FlagConfig{
		{LongName: "preview", Value: ffval.NewValue(&c.options.Preview), Usage: "show what would be trained, check it, and create no job"},
		{LongName: "json", Value: ffval.NewValue(&c.options.JSON), Usage: "with --preview: print it as one JSON object"},
	} {
		flag.NoDefault = true
		if _, err := flags.AddFlag(flag); err != nil {
			panic(err) // two flags of one name
		}
	}
}

func (c *command) checkPreview() error {
	if c.options.JSON && !c.options.Preview {
		return cli.Usagef("--json goes with --preview")
	}
	return nil
}
