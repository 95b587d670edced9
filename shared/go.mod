module github.com/arkorlab/arkor-go/shared

go 1.26.5

require (
	github.com/google/go-cmp v0.7.0
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1
	golang.org/x/sys v0.46.0
)
