# Balai's commands. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
PLANE := server/plane
LOAD := tests/load
STEP := scripts/step
RUST_SOURCES := $(shell find $(PLANE)/src -name '*.rs' 2>/dev/null) $(PLANE)/Cargo.toml $(PLANE)/Cargo.lock
LOAD_SOURCES := $(shell find $(LOAD)/src -type f 2>/dev/null) $(LOAD)/Cargo.toml $(LOAD)/Cargo.lock
WEB_SOURCES := $(shell find web/src web/public web/scripts web/service-worker -type f 2>/dev/null) web/index.html web/offline.html web/vite.config.ts web/tsconfig.json
FUZZ_SECONDS ?= 60
FUZZ_JOBS ?= 1

.PHONY: help run test bench bench-forwarding bench-room bench-telephone bench-telephone-in-meeting loadtest lint fuzz clean test-rust test-web test-python test-programs

help: ## List the commands.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | column -t -s '|'

run: build/server build/web build/prompts ## Build what is needed, and serve on https://localhost:8443.
	@exec .venv/bin/balai serve

test: test-rust test-web test-python ## Run every test: plane, client, server, browser.
	@echo "· every test passed"

bench: bench-forwarding bench-room ## Measure the forwarding path, and a room of 122 in real browsers (some four minutes).

bench-forwarding: build/tools ## Measure the forwarding path against the floor (ARGS=--json for JSON).
	@cargo bench -q --manifest-path $(PLANE)/Cargo.toml --bench forwarding -- $(ARGS)

bench-room: build/server build/dev build/web build/loadtest ## Measure how real browsers show a room of 122 (ROOM_ARGS="--seconds 20").
	@scripts/require chromium
	@scripts/measure-room $(ROOM_ARGS)

bench-telephone: build/server build/dev ## Measure 40 callers in one room (TELEPHONE_ARGS="--callers 20").
	@scripts/measure-telephone $(TELEPHONE_ARGS)

bench-telephone-in-meeting: build/server build/dev build/loadtest ## Measure 40 callers, and a flood of SIP, in a meeting of 122.
	@scripts/measure-telephone-in-meeting callers
	@scripts/measure-telephone-in-meeting flood

loadtest: build/server build/loadtest ## Build the load tester: balai loadtest https://localhost:8443

lint: build/dev build/node build/tools ## Check style and types everywhere.
	@$(STEP) "ruff" $(PYTHON) -m ruff check .
	@$(STEP) "ruff format" $(PYTHON) -m ruff format --check .
	@$(STEP) "mypy" $(PYTHON) -m mypy
	@$(STEP) "protocol.ts is what messages.py says" $(PYTHON) -m signaling.protocol_typescript --check
	@$(STEP) "rustfmt" cargo fmt --manifest-path $(PLANE)/Cargo.toml --check
	@$(STEP) "clippy" cargo clippy -q --manifest-path $(PLANE)/Cargo.toml --all-targets -- -D warnings
	@$(STEP) "clippy, with the Python face" env PYO3_PYTHON=$(CURDIR)/$(PYTHON) cargo clippy -q --manifest-path $(PLANE)/Cargo.toml --features python -- -D warnings
	@$(STEP) "rustfmt, load tester" cargo fmt --manifest-path $(LOAD)/Cargo.toml --check
	@$(STEP) "clippy, load tester" cargo clippy -q --manifest-path $(LOAD)/Cargo.toml --all-targets -- -D warnings
	@$(STEP) "biome and tsc" npm --prefix web run --silent lint

fuzz: ## Fuzz every parser and the state machine (FUZZ_SECONDS=60 each, FUZZ_JOBS=1 at a time; needs nightly Rust).
	@scripts/fuzz --seconds $(FUZZ_SECONDS) --jobs $(FUZZ_JOBS)

clean: ## Remove everything that was built; data stays.
	rm -rf build .venv web/dist web/node_modules $(PLANE)/target $(PLANE)/fuzz/target $(LOAD)/target server/_plane*.so server/phone/recordings

test-rust: build/tools
	@echo "· testing the plane"
	@cargo test -q --manifest-path $(PLANE)/Cargo.toml
	@echo "· testing the load tester"
	@cargo test -q --manifest-path $(LOAD)/Cargo.toml

test-web: build/node build/dev build/web
	@echo "· testing the client"
	@npm --prefix web run --silent test
	@echo "· what the client weighs"
	@npm --prefix web run --silent budget

test-python: test-programs build/server build/dev build/web build/loadtest build/prompts
	@echo "· testing the server, and people in browsers"
	@$(PYTHON) -m pytest

# Before the prompts, which are spoken by one of them.
test-programs: build/tools
	@scripts/require chromium firefox postgresql baresip sipp kamailio

# What the commands stand on. Each stamp is newer than what it was made from.

build/tools: scripts/require
	@scripts/require python cargo node
	@mkdir -p build && touch $@

build/venv: build/tools
	@$(STEP) "making the Python environment" python3 -m venv .venv
	@$(STEP) "updating pip" .venv/bin/pip install -q --disable-pip-version-check 'pip>=25.1' 'maturin>=1.10,<2'
	@touch $@

build/server: build/venv pyproject.toml $(RUST_SOURCES)
	@$(STEP) "building the server (the first time takes some minutes)" \
		env -u CONDA_PREFIX VIRTUAL_ENV=$(CURDIR)/.venv PATH=$(CURDIR)/.venv/bin:$$PATH .venv/bin/maturin develop --release
	@touch $@

build/loadtest: build/venv $(LOAD_SOURCES)
	@$(STEP) "building the load tester (the first time takes some minutes)" cargo build -q --release --manifest-path $(LOAD)/Cargo.toml
	@install $(LOAD)/target/release/balai-loadtest .venv/bin/
	@touch $@

build/dev: build/server pyproject.toml
	@$(STEP) "installing what the tests and checks need" .venv/bin/pip install -q --disable-pip-version-check --group dev
	@touch $@

build/prompts: build/server scripts/make-prompts server/phone/phrases.py $(wildcard server/phone/texts/*.toml)
	@$(STEP) "speaking what callers hear" $(PYTHON) scripts/make-prompts
	@touch $@

build/node: build/tools web/package.json web/package-lock.json
	@$(STEP) "installing what the client is built with" npm --prefix web ci --no-audit --no-fund
	@touch $@

build/web: build/node $(WEB_SOURCES)
	@$(STEP) "building the client" npm --prefix web run build
	@touch $@
