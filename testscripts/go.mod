module github.com/arkorlab/arkor-go/testscripts

go 1.26.5

require (
	github.com/chromedp/cdproto v0.159.3
	github.com/chromedp/chromedp v0.23.0
	github.com/google/go-cmp v0.7.0
	github.com/rogpeppe/go-internal v1.16.0
)

require (
	github.com/charmbracelet/x/term v0.2.1 // indirect
	github.com/creack/pty v1.1.24 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1 // indirect
	golang.org/x/term v0.48.0 // indirect
)

require (
	github.com/arkorlab/arkor-go/shared v0.0.0
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)
