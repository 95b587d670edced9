package devcmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-studio/guard"
	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// maxToken bounds what is read of the file, which others may write to.
const maxToken = 1 << 10

// writeToken leaves the launch's token where a program of this user may read
// it, to talk to the API. The page does not need it. What it returns takes the
// file away again, unless another launch has replaced it; it may be called more
// than once.
func (c *command) writeToken(launch guard.Launch, url string) (remove func()) {
	path, err := c.storeToken(launch.Token)
	c.warn(path, err, url)
	return sync.OnceFunc(func() {
		if held, err := wholefile.Read(path, maxToken); err == nil && string(held) == launch.Token {
			_ = os.Remove(path)
		}
	})
}

// warn says what kept the file from being as it should. Neither ends anything.
func (c *command) warn(path string, err error, url string) {
	var mode *wholefile.ModeError
	switch {
	case errors.As(err, &mode):
		fmt.Fprintf(c.env.Stderr, "arkor dev: warning: could not set permissions on %s: %v\n", path, mode.Err)
	case err != nil:
		fmt.Fprintf(c.env.Stderr, "Could not write %s (%v). The Studio at %s is unaffected.\n", path, plain(err), url)
	}
}

func (c *command) storeToken(token string) (path string, err error) {
	home, err := c.env.Home()
	if err != nil {
		return filepath.Join("~", ".arkor", "studio-token"), err
	}
	path = filepath.Join(home, ".arkor", "studio-token")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return path, err
	}
	return path, wholefile.Write(path, []byte(token), 0o600)
}

// plain is what the system said, without the path that the message names.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
