GO      ?= go
VERSION ?= 0.0.0-dev
BIN     ?= bin
MODULES := arkor arkor-auth arkor-backend arkor-build arkor-init arkor-studio arkor-trainer shared testscripts
BINARIES := arkor arkor-auth arkor-backend arkor-build arkor-init arkor-studio arkor-trainer
LDFLAGS := -s -w -X github.com/arkorlab/arkor-go/shared/cli.version=$(VERSION)

# Vector instructions for the trainer, where the toolchain has them.
SIMD_amd64 := simd
EXPERIMENT := $(SIMD_$(shell $(GO) env GOARCH))

export CGO_ENABLED := 0

.PHONY: build test vet tidy bench quickstart clean

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ $(patsubst %,./%,$(filter-out arkor-trainer,$(BINARIES)))
	GOEXPERIMENT=$(EXPERIMENT) $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./arkor-trainer

vet:
	$(GO) vet work
	GOEXPERIMENT=$(EXPERIMENT) $(GO) vet ./arkor-trainer/...

# go mod tidy cannot see siblings that are not tagged yet, so each module gets
# a replace for as long as it takes. One module: make tidy MODULES=arkor-build
tidy:
	@set -e; for module in $(MODULES); do (cd $$module; \
		[ $$module = shared ] || $(GO) mod edit -require github.com/arkorlab/arkor-go/shared@v0.0.0 \
			-replace github.com/arkorlab/arkor-go/shared=../shared; \
		GOWORK=off $(GO) mod tidy || status=1; \
		$(GO) mod edit -dropreplace github.com/arkorlab/arkor-go/shared; exit $${status:-0}); done

clean:
	rm -rf bin dist
