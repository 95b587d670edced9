module github.com/arkorlab/arkor-go/arkor

go 1.26.5
