module github.com/arkorlab/arkor-go/arkor-studio

go 1.26.5

require (
	github.com/arkorlab/arkor-go/shared v0.0.0
	github.com/cli/browser v1.3.0
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1
)

require (
	github.com/evanw/esbuild v0.28.2
	github.com/fsnotify/fsnotify v1.10.1
	github.com/posthog/posthog-go v1.5.2 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	golang.org/x/sys v0.50.0
	golang.org/x/term v0.48.0 // indirect
)
