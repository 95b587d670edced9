module github.com/arkorlab/arkor-go/arkor-trainer

go 1.26.5

require (
	github.com/arkorlab/arkor-go/shared v0.0.0
	github.com/gomlx/compute v0.1.5
	github.com/gomlx/gomlx v0.28.4
	github.com/google/go-cmp v0.7.0
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1
)
