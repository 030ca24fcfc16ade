# Every target makes the virtual environment it needs in .venv; a second call finds it made.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
STUDY ?= studies/kazakhstan-pakistan
MINUTES ?= 1
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --progress-bar off -c constraints.txt
USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c '$(USABLE)' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: study
study: $(VENV)/.base ## Run the built-in study (STUDY=folder for another)
	@$(BIN)/corridor run $(STUDY)

.PHONY: warm-up
warm-up: $(VENV)/.base ## Compile the kernels before anybody waits for them
	@$(BIN)/corridor warm-up

.PHONY: test
test: lint ## Lint, then run the tests of every day
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope -m "not slow"

.PHONY: test-slow
test-slow: $(VENV)/.dev ## Run the slow tests: more examples, long pages, crowds
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope -m slow

.PHONY: test-all
test-all: test test-slow ## Run every test

.PHONY: lint
lint: $(VENV)/.dev ## Check style, types and layers
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/lint-imports --no-logo || status=1; \
	$(BIN)/vulture src --min-confidence 80 || status=1; \
	exit $$status

.PHONY: docs-check
docs-check: $(VENV)/.dev ## Run every command and Python block of the documentation
	@$(BIN)/python -m pytest -q tests/test_docs.py

.PHONY: docs
docs: $(VENV)/.base ## Write again the pages made from the code: tables, validation, the map of the house
	@$(BIN)/python docs/make_tables.py && $(BIN)/python docs/make_validation.py && \
	$(BIN)/python docs/make_house.py

.PHONY: outputs
outputs: $(VENV)/.dev ## Write into the pages what their commands print now (PAGES=... for some), and say what changed
	@$(BIN)/python docs/make_outputs.py $(PAGES)

.PHONY: notebooks
notebooks: $(VENV)/.dev ## Run the notebooks of the documentation again and keep what they show
	@$(BIN)/python docs/make_notebooks.py

.PHONY: messages
messages: $(VENV)/.base ## Bring the message catalogues of the languages up to the code
	@$(BIN)/python docs/make_messages.py

.PHONY: bench
bench: $(VENV)-bench/.peers ## Time the kernels beside other tools and write docs/performance.md (BENCH="skims" for some)
	@$(VENV)-bench/bin/python docs/make_performance.py $(BENCH)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## Attack studies, files, command lines and requests (MINUTES=30)
	@$(BIN)/python tests/fuzzers.py --minutes $(MINUTES)

.PHONY: web
web: ## Build the map page from web/ into src/corridor/web/static (needs node 20)
	@cd web && npm ci --no-audit --no-fund && npm run build

.PHONY: venv
venv: $(VENV)/.dev ## Make the virtual environment for development

.PHONY: clean
clean: ## Remove the virtual environment, caches and results
	@rm -rf $(VENV) $(VENV)-bench build dist studies/*/results .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "corridor needs Python 3.11 or newer with venv (Debian: python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.base: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing corridor into $(VENV) (about a minute the first time) ..." >&2
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)-bench/.peers: benchmarks/peers.txt pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "corridor needs Python 3.11 or newer with venv (Debian: python3-venv)." >&2; exit 1; }
	@echo "Installing the tools to compare with into $(VENV)-bench (about a minute the first time) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV)-bench
	@$(subst $(BIN),$(VENV)-bench/bin,$(PIP)) hatchling editables
	@$(subst $(BIN),$(VENV)-bench/bin,$(PIP)) --no-build-isolation --editable . -r benchmarks/peers.txt
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/.base
	@echo "Installing the development tools into $(VENV) (about a minute the first time) ..." >&2
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@ $(VENV)/.base
