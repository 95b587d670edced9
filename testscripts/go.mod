module github.com/arkorlab/arkor-go/testscripts

go 1.26.5
