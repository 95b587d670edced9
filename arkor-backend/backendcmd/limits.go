package backendcmd

import (
	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// limits are the flags of serve that say how many trainings there may be. What
// may wait is far above what a person queues, and below what a program in a
// loop would.
type limits struct {
	running, all, project int
}

func (l *limits) addTo(flags *ff.FlagSet) {
	for _, f := range []struct {
		value       *int
		name, usage string
		standard    int
	}{
		{&l.running, "max-running", "how many trainings may run at once", 1},
		{&l.all, "max-queued", "how many more may wait", 1000},
		{&l.project, "max-queued-per-project", "how many of one project may wait", 100},
	} {
		flags.AddFlag(ff.FlagConfig{LongName: f.name, Value: ffval.NewValueDefault(f.value, f.standard), Placeholder: "N", Usage: f.usage})
	}
}

func (l *limits) check() error {
	if l.running < 1 || l.all < 1 || l.project < 1 {
		return cli.Usagef("--max-running, --max-queued and --max-queued-per-project must be at least 1")
	}
	return nil
}
