module github.com/arkorlab/arkor-go/arkor-build

go 1.26.5

require (
	github.com/arkorlab/arkor-go/shared v0.0.0
	github.com/evanw/esbuild v0.28.2
	github.com/google/go-cmp v0.7.0
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1
	github.com/rogpeppe/go-internal v1.16.0
)

require (
	github.com/posthog/posthog-go v1.5.2 // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/term v0.48.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)
