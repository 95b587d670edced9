package devcmd

import (
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/cli/browser"
)

// quiet keeps the opener's own words off the terminal. The library has one
// place for all.
var quiet = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })

// openBrowser shows the page, if it can. The opener may run for as long as the
// browser does, so nobody waits for it.
func (c *command) openBrowser(url string) {
	failed := func() { fmt.Fprintf(c.env.Stderr, "arkor dev: no browser could be opened; visit %s\n", url) }
	if runtime.GOOS == "linux" && c.env.Getenv("DISPLAY") == "" && c.env.Getenv("WAYLAND_DISPLAY") == "" && c.env.Getenv("WSL_DISTRO_NAME") == "" {
		failed() // at best there is a text browser, in this very terminal
		return
	}
	quiet()
	go func() {
		if browser.OpenURL(url) != nil {
			failed()
		}
	}()
}
