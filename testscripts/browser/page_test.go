package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds each wait: what takes longer has failed. Nothing else depends
// on its length, and a whole training may have to share a core with the browser
// and with the trainings of other tests.
const patience = 3 * time.Minute

// page is a window of the browser. Whatever goes wrong in it fails the test:
// an error or a warning on the console, an exception, something that the
// content security policy refused, a dialog of the browser's own, a request to
// another server.
type page struct {
	t      *testing.T
	ctx    context.Context
	origin string

	mu      sync.Mutex
	said    []string // the console, and what the page asked for
	wrong   []string
	allowed []string
}

// look is how a window shows what is in it.
type look struct {
	scheme        string // light (which "" is too) or dark
	width, height int64  // 1280 x 900 where they are 0
	scale         float64
}

// visit opens a view of a Studio in a window of its own, which shares nothing
// with other tests' windows.
func visit(t *testing.T, s *studio, view string, l look) *page {
	t.Helper()
	return open(t, chromium, s.url(), view, l, chromedp.WithNewBrowserContext())
}

// tab opens a view beside a window, in the same browser: they share its
// connections.
func (p *page) tab(view string) *page {
	p.t.Helper()
	return open(p.t, p.ctx, p.origin, view, look{})
}

func open(t *testing.T, beside context.Context, origin, view string, l look, options ...chromedp.ContextOption) *page {
	t.Helper()
	p := &page{t: t, origin: origin}
	ctx, cancel := chromedp.NewContext(beside, append(options, chromedp.WithListener(p.hear))...)
	p.ctx = ctx
	t.Cleanup(func() {
		p.judge()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // the window lives as long as the context of its first step
		t.Fatal(err)
	}
	p.do(
		command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
		command(emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "UTC"}),
	)
	p.show(l)
	p.do(chromedp.Navigate(p.origin + view))
	return p
}

// show changes how the window shows its content.
func (p *page) show(l look) {
	p.t.Helper()
	if l.width == 0 {
		l.width, l.height = 1280, 900
	}
	if l.scale == 0 {
		l.scale = 1
	}
	if l.scheme == "" {
		l.scheme = "light"
	}
	p.do(
		chromedp.EmulateViewport(l.width, l.height, chromedp.EmulateScale(l.scale)),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		}),
	)
}

// goTo follows the address of a view, as a link does.
func (p *page) goTo(view string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("void (location.hash = %q)", strings.TrimPrefix(view, "/"))))
}

func (p *page) reload() {
	p.t.Helper()
	p.do(chromedp.Reload())
}

// allow lets the console say lines with a text, from the beginning on.
func (p *page) allow(texts ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, texts...)
}

// hear is called for each event of the window, and has to return at once.
func (p *page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	note := func(bad bool, format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		p.said = append(p.said, line)
		if bad {
			p.wrong = append(p.wrong, line)
		}
	}
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, arg := range e.Args {
			words = append(words, strings.Trim(string(arg.Value), `"`)+arg.Description)
		}
		bad := slices.Contains([]runtime.ConsoleAPICalledType{runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert}, e.Type)
		note(bad, "console.%s: %s", e.Type, strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		note(true, "exception: %s", text)
	case *log.EventEntryAdded:
		note(e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning, "%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *cdppage.EventJavascriptDialogOpening:
		note(e.Type != cdppage.DialogTypeBeforeunload, "dialog %s: %s", e.Type, e.Message)
		go func() {
			_, _ = chromedp.Call(p.ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: true})
		}()
	case *network.EventRequestWillBeSent:
		address := e.Request.URL
		own := strings.HasPrefix(address, p.origin+"/") || strings.HasPrefix(address, "data:") || strings.HasPrefix(address, "blob:")
		note(!own, "%s %s", e.Request.Method, address)
	}
}

// unused is the browser's own line about a connection that it kept for later, and
// that the server gave up at the moment when it was to be used. The page asks
// again; what it then shows is the tests' matter.
const unused = "net::ERR_SOCKET_NOT_CONNECTED"

// judge fails the test for what went wrong, and leaves a failed test's last
// sight where -artifacts puts it.
func (p *page) judge() {
	p.mu.Lock()
	for _, line := range p.wrong {
		if strings.Contains(line, unused) {
			continue
		}
		if !slices.ContainsFunc(p.allowed, func(text string) bool { return strings.Contains(line, text) }) {
			p.t.Errorf("the page: %s", line)
		}
	}
	console := strings.Join(p.said, "\n") + "\n"
	p.mu.Unlock()
	if !p.t.Failed() {
		return
	}
	folder := p.t.ArtifactDir()
	keep := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			p.t.Log(err)
		}
	}
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	keep("console.txt", []byte(console))
	if picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		keep("page.png", picture)
	}
	if source, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.documentElement.outerHTML")); err == nil {
		keep("page.html", []byte(source))
	}
	p.t.Logf("screenshot, HTML and console: %s", folder)
}

// do runs steps that have to succeed.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// evaluate returns what an expression is in the page.
func evaluate[T any](p *page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for a condition. The page may be loaded anew meanwhile, so a look
// at it may fail.
func (p *page) until(what string, condition func(context.Context) (bool, error)) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	look := time.NewTicker(40 * time.Millisecond)
	defer look.Stop()
	var last error
	for {
		ok, err := condition(ctx)
		if ok {
			return
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			p.t.Fatalf("waited in vain for %s (%v); the page shows:\n%s", what, last, p.text())
		}
	}
}

// untilTrue waits for an expression in the page to hold.
func (p *page) untilTrue(what, expression string) {
	p.t.Helper()
	p.until(what, func(ctx context.Context) (bool, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
	})
}

// visible is the text that a person sees, without regard to case and spaces:
// styles may change both.
const visible = `document.body.innerText.replace(/\s+/g, " ").toLowerCase()`

func shows(text string) string {
	return fmt.Sprintf("%s.includes(%q)", visible, strings.ToLower(strings.Join(strings.Fields(text), " ")))
}

// see waits for texts to be visible.
func (p *page) see(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.untilTrue(fmt.Sprintf("the text %q", text), shows(text))
	}
}

// unsee waits for a text to be gone.
func (p *page) unsee(text string) {
	p.t.Helper()
	p.untilTrue(fmt.Sprintf("the text %q to be gone", text), "!"+shows(text))
}

// text returns all that is visible now.
func (p *page) text() string {
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}
