module github.com/arkorlab/arkor-go/arkor

go 1.26.5

require github.com/arkorlab/arkor-go/shared v0.0.0

require (
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1 // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/term v0.48.0 // indirect
)
