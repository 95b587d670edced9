module github.com/arkorlab/arkor-go/testscripts

go 1.26.5

require github.com/rogpeppe/go-internal v1.16.0

require (
	golang.org/x/sys v0.46.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)
