package jobscmd

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/screen"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// connection says on stderr when the backend is away and when it is back, once
// each. On a screen that is drawn again and again it is a line of the drawing.
type connection struct {
	env  cli.Env
	live bool
	text string // "" while all is well
}

func (c *connection) lost(l cloud.Lost) {
	first := c.text == ""
	c.text = fmt.Sprintf("connection to the backend lost (%s), trying again in %s", reason(l.Err), span(max(l.Delay, time.Second)))
	if first && !c.live {
		fmt.Fprintf(c.env.Stderr, "arkor jobs: %s\n", c.text)
	}
}

func (c *connection) back() {
	if c.text != "" && !c.live {
		fmt.Fprintln(c.env.Stderr, "arkor jobs: connected again")
	}
	c.text = ""
}

// line is what a drawing ends with.
func (c *connection) line() []screen.Line {
	if !c.live || c.text == "" {
		return nil
	}
	return []screen.Line{{{Text: c.text, Colour: screen.Yellow}}}
}

func reason(err error) string {
	var unreachable *cloud.UnreachableError
	if errors.As(err, &unreachable) {
		if unreachable.Timeout {
			return "no answer in time"
		}
		err = unreachable.Err
	}
	var failed *net.OpError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return cli.Excerpt(err.Error())
}

// passing reports whether a failure may be gone when one asks again.
func passing(err error) bool {
	var said *cli.ExitError
	if errors.As(err, &said) {
		return false
	}
	var status *cloud.StatusError
	if errors.As(err, &status) {
		return status.Status == http.StatusRequestTimeout || status.Status == http.StatusTooManyRequests || status.Status >= 500
	}
	var unreachable *cloud.UnreachableError
	var timeout net.Error
	return errors.As(err, &unreachable) || errors.As(err, &timeout)
}
