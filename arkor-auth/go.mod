module github.com/arkorlab/arkor-go/arkor-auth

go 1.26.5

require (
	github.com/arkorlab/arkor-go/shared v0.0.0
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1
)

require (
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
