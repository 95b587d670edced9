// Package browser drives Studio's page as a person does: in a real browser,
// served by the real arkor dev, with trainings on the real local backend.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	binaries string          // the folder of the binaries under test
	chromium context.Context // the browser, in which each test opens a window of its own
)

// why is said by each test where the browser tests cannot run; it is empty
// where they can.
var why string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		program, err := prepare()
		if err != nil {
			why = err.Error()
			fmt.Fprintln(os.Stderr, "the page is not tested in a browser:", why)
			return m.Run()
		}
		profile, err := os.MkdirTemp("", "arkor-chromium-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(profile)
		allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(program),
			chromedp.UserDataDir(profile),
			chromedp.WSURLReadTimeout(patience),
			chromedp.NoSandbox, // it does not start as root otherwise
			chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true),
			chromedp.Flag("disable-component-update", true),
			chromedp.Flag("lang", "en-GB"),
		)...)
		defer stop()
		var cancel context.CancelFunc
		chromium, cancel = chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {})) // it may be newer than the library
		defer cancel()
		if err := chromedp.Do(chromium); err != nil {
			fmt.Fprintf(os.Stderr, "start %s: %v\n", program, err)
			return 1
		}
		defer trained.stop()
		return m.Run()
	}())
}

// prepare finds the binaries and a browser.
func prepare() (program string, err error) {
	if binaries = os.Getenv("ARKOR_BIN"); binaries == "" {
		return "", fmt.Errorf("ARKOR_BIN does not say where the binaries are; make test-browser does")
	}
	if binaries, err = filepath.Abs(binaries); err != nil {
		return "", err
	}
	if _, err := exec.LookPath("node"); err != nil {
		return "", fmt.Errorf("node is not here, which runs the trainers")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err = exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("no chromium is here; on Debian, apt-get install chromium")
}
