GO      ?= go
VERSION ?= 0.0.0-dev
BIN     ?= bin
MODULES := arkor arkor-auth arkor-backend arkor-build arkor-init arkor-studio arkor-trainer shared testscripts
BINARIES := arkor arkor-auth arkor-backend arkor-build arkor-init arkor-studio arkor-trainer
LDFLAGS := -s -w -X github.com/arkorlab/arkor-go/shared/cli.version=$(VERSION)

# Without a key a build never sends anything: docs/telemetry.md.
ifneq ($(ARKOR_POSTHOG_KEY),)
LDFLAGS += -X github.com/arkorlab/arkor-go/shared/telemetry.key=$(ARKOR_POSTHOG_KEY)
endif
ifneq ($(ARKOR_POSTHOG_HOST),)
LDFLAGS += -X github.com/arkorlab/arkor-go/shared/telemetry.host=$(ARKOR_POSTHOG_HOST)
endif

# Vector instructions for the trainer, where the toolchain has them.
SIMD_amd64 := simd
EXPERIMENT := $(SIMD_$(shell $(GO) env GOARCH))
TRAINER_GO := GOEXPERIMENT=$(EXPERIMENT) $(GO)

export CGO_ENABLED := 0

# Nothing of the place and the history of this checkout.
REPRODUCIBLE := -trimpath -buildvcs=false

.PHONY: build npm test test-go test-sdk test-ui test-scripts test-browser race chromium screenshots vet tidy bench quickstart clean

build:
	$(GO) build $(REPRODUCIBLE) -ldflags '$(LDFLAGS)' -o $(BIN)/ $(patsubst %,./%,$(filter-out arkor-trainer,$(BINARIES)))
	$(TRAINER_GO) build $(REPRODUCIBLE) -ldflags '$(LDFLAGS)' -o $(BIN)/ ./arkor-trainer

# The npm packages with the programs of each platform: docs/packaging.md.
NPM       ?= dist/npm
PLATFORMS ?= linux-x64 linux-arm64 darwin-x64 darwin-arm64 win32-x64 win32-arm64
npm: sdk/node_modules
	@$(GO) run ./testscripts/npmpack -version '$(VERSION)' -out $(NPM) $(PLATFORMS)

sdk/node_modules: sdk/package-lock.json
	cd sdk && npm ci --no-audit --no-fund && touch node_modules

# The SDK first: the template's test type-checks against it. The page's packages
# too: a test bundles it.
test: test-sdk test-ui test-go test-scripts test-browser

test-go: vet
	$(GO) test $(patsubst %,./%/...,$(filter-out arkor-trainer testscripts,$(MODULES)))
	$(GO) test ./arkor-trainer/generate/... # the kernels without vector instructions
	GODEBUG=asyncpreemptoff=1 $(TRAINER_GO) test ./arkor-trainer/...

test-sdk:
	cd sdk && npm ci --no-audit --no-fund && npm test

# Studio's page.
test-ui:
	cd arkor-studio/ui && npm ci --no-audit --no-fund && npm test

test-scripts: build
	ARKOR_BIN=$(abspath $(BIN)) $(GO) test -count=1 -timeout 20m $$($(GO) list ./testscripts/... | grep -v /browser$$) # package managers come over the network

# Studio's page in a real browser. What a failed test saw is then in dist/browser.
test-browser: build chromium arkor-studio/ui/node_modules
	@mkdir -p dist/browser
	ARKOR_BIN=$(abspath $(BIN)) $(GO) test -count=1 -timeout 20m -parallel 4 -artifacts -outputdir $(abspath dist/browser) ./testscripts/browser

# The race detector, over what many goroutines share. It needs a C compiler, which
# the tests do without. GoMLX turns integers into pointers, which -race would refuse.
race: export CGO_ENABLED := 1
race:
	$(GO) test -race ./shared/... $(addprefix ./arkor-backend/,engine/... inference series store webhook) $(addprefix ./arkor-studio/,errands manifest preview runs server upstream)
	$(TRAINER_GO) test -race -gcflags=github.com/gomlx/...=-d=checkptr=0 $(addprefix ./arkor-trainer/,generate/server train)

# Pictures of every screen of the page, in both schemes, after a few trainings.
screenshots: build chromium
	@mkdir -p dist/screenshots
	ARKOR_BIN=$(abspath $(BIN)) ARKOR_SCREENSHOTS=$(abspath dist/screenshots) $(GO) test -count=1 -timeout 20m -run '^TestScreenshots$$' ./testscripts/browser

# Debian's, where it is missing and may be installed.
chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >/dev/null && exit; \
	fi; echo "no chromium is here and none can be installed: the tests in a browser are skipped" >&2

arkor-studio/ui/node_modules: arkor-studio/ui/package-lock.json
	cd arkor-studio/ui && npm ci --no-audit --no-fund && touch node_modules

vet:
	$(GO) vet $(patsubst %,./%/...,$(filter-out arkor-trainer,$(MODULES)))
	$(TRAINER_GO) vet ./arkor-trainer/...
	@unformatted=$$(gofmt -l $(MODULES)); [ -z "$$unformatted" ] || { echo "not gofmt-ed: $$unformatted" >&2; exit 1; }

# From nothing to a model that does a new job, on this machine. Another job:
# make quickstart TEMPLATE=translate
TEMPLATE ?= triage
quickstart: build
	@$(GO) run ./testscripts/quickstart -bin $(BIN) -template $(TEMPLATE)

# The figures that docs/benchmarks.md keeps, measured in one run on this machine.
# Some of them: make bench ONLY="commands building"
bench: build
	@$(GO) run ./testscripts/bench -bin $(BIN) -only "$(ONLY)"

# go mod tidy cannot see siblings that are not tagged yet, so each module gets
# a replace for as long as it takes. One module: make tidy MODULES=arkor-build
tidy:
	@set -e; for module in $(MODULES); do (cd $$module; \
		[ $$module = shared ] || $(GO) mod edit -require github.com/arkorlab/arkor-go/shared@v0.0.0 \
			-replace github.com/arkorlab/arkor-go/shared=../shared; \
		GOWORK=off $(GO) mod tidy || status=1; \
		$(GO) mod edit -dropreplace github.com/arkorlab/arkor-go/shared; exit $${status:-0}); done

clean:
	rm -rf bin dist sdk/node_modules sdk/build sdk/dist arkor-studio/ui/node_modules arkor-studio/ui/build
