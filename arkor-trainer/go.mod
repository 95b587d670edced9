module github.com/arkorlab/arkor-go/arkor-trainer

go 1.26.5

require (
	github.com/arkorlab/arkor-go/shared v0.0.0
	github.com/gomlx/compute v0.1.5
	github.com/gomlx/gomlx v0.28.4
	github.com/google/go-cmp v0.7.0
	github.com/peterbourgon/ff/v4 v4.0.0-beta.1
	github.com/rogpeppe/go-internal v1.16.0
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3
)

require (
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	golang.org/x/exp v0.0.0-20260410095643-746e56fc9e2f // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/term v0.48.0 // indirect
	golang.org/x/text v0.35.0 // indirect
	k8s.io/klog/v2 v2.140.0 // indirect
)
