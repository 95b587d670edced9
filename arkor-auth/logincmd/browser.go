package logincmd

import (
	"io"
	"runtime"
	"sync"

	"github.com/cli/browser"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// quiet keeps the opener's own words off the terminal. The library has one
// place for all.
var quiet = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })

// openBrowser shows a page, if it can. The address is printed in any case, so
// a failure is none. The opener may run for as long as the browser does, so
// nobody waits for it.
func openBrowser(env cli.Env, url string) {
	if runtime.GOOS == "linux" && env.Getenv("DISPLAY") == "" && env.Getenv("WAYLAND_DISPLAY") == "" && env.Getenv("WSL_DISTRO_NAME") == "" {
		return // at best a text browser in this very terminal
	}
	quiet()
	go func() { _ = browser.OpenURL(url) }()
}
