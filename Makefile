# Everything a developer or a CI does here, by name. `make` alone lists it.

BINARY   ?= bin/console
VERSION  ?= $(shell git --no-optional-locks describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 10s

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## run the console: embedded cloud, data in ./data, a sign-in link is printed
	go run ./cmd/console

.PHONY: build
build: ## build bin/console: static, stripped, stamped with a version (BINARY=, VERSION=)
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o '$(BINARY)' ./cmd/console

.PHONY: test
test: browser postgres proxies ## run all tests, the browser's included
	go test ./...

# SQLite is C that was made into Go: the race detector has nothing to find in its memory, and makes it four times slower.
# The tests of e2e drive a console that is a program of its own, which the detector does not see into.
.PHONY: race
race: compiler postgres proxies ## run all tests but the browser's with the race detector
	CGO_ENABLED=1 go test -race -gcflags='modernc.org/...=-race=false' $$(go list ./... | grep -v /e2e$$)

.PHONY: check
check: fmt-check templ-check tidy-check ## check format, generated code, modules, build, vet and staticcheck
	go build ./...
	go vet ./...
	go tool staticcheck ./...

.PHONY: image-check
image-check: ## build what the Dockerfile builds, from the files that it sees, and try it
	scripts/image-check.sh

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (10s)
	scripts/fuzz.sh '$(FUZZTIME)'

.PHONY: bench
bench: ## run the benchmarks
	go test -run '^$$' -bench . -skip BenchmarkGrowth -benchmem ./...

.PHONY: bench-pages
bench-pages: ## print the server's time for every page, with 1,000 and with 100,000 orders (takes minutes)
	go test -run '^$$' -bench 'BenchmarkGrowth$$' -benchtime 1x -timeout 30m -v ./web/handlers

.PHONY: chaos
chaos: build ## kill consoles while orders are placed at a cloud that misbehaves; compare the books (CHAOS='-orders 2000')
	go run ./e2e/chaos -console '$(BINARY)' $(CHAOS)

.PHONY: generate
generate: ## make Go code of the templates
	go tool templ generate

.PHONY: fmt
fmt: ## format Go code and templates
	gofmt -w $(GO_FILES)
	go tool templ fmt .

.PHONY: clean
clean: ## remove what was built and the browser tests' pictures; ./data stays
	rm -rf bin pictures

# The parts of the above.

GO_FILES = $(shell find . -name '*.go' -not -name '*_templ.go' -not -path './.git/*')

.PHONY: fmt-check
fmt-check:
	@files=$$(gofmt -l $(GO_FILES)) && if [ -n "$$files" ]; then \
		echo 'Not formatted; run "make fmt":' && echo "$$files" && exit 1; fi

.PHONY: templ-check
templ-check:
	@scripts/templ-check.sh

.PHONY: tidy-check
tidy-check:
	go mod tidy -diff

.PHONY: browser
browser:
	@scripts/require.sh browser

.PHONY: compiler
compiler:
	@scripts/require.sh compiler

.PHONY: postgres
postgres:
	@scripts/require.sh postgres

.PHONY: proxies
proxies:
	@scripts/require.sh proxies
