package buildcmd

import (
	"context"
	"fmt"
	"time"

	"github.com/arkorlab/arkor-go/arkor-build/bundle"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// watch builds again after every change until ctx ends. Nothing that is wrong
// with the code ends it, as the next change may put it right.
func watch(ctx context.Context, env cli.Env, options Options) error {
	first := true
	err := bundle.Watch(ctx, options.of(env), func(b *bundle.Bundle, err error) {
		artifact := ""
		if err == nil {
			options.tell(env, b)
			artifact, err = options.write(b)
		}
		switch {
		case options.JSON && err == nil:
			err = printOutcome(env, b, artifact)
		case options.JSON:
			err = printFailure(env, hinted(env, err))
		case err != nil:
			err = Explain(env, err)
		default:
			_, err = fmt.Fprintf(env.Stdout, "%s %s in %d ms\n", time.Now().Format(time.TimeOnly), built(env, b, artifact), b.Elapsed().Milliseconds())
		}
		cli.Report(ctx, env.Stderr, "arkor build", err)
		if first {
			fmt.Fprintln(env.Stderr, "arkor build: watching for changes; Ctrl-C ends it")
			first = false
		}
	})
	switch {
	case ctx.Err() != nil:
		return err
	case options.JSON:
		return printFailure(env, hinted(env, err))
	}
	return Explain(env, err)
}
