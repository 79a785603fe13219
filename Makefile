# Every target works as the first command on a bare clone. Needs Python 3.11 or newer; what
# concerns the front end needs Node 20 or newer, too.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
PYTHON := $(VENV)/bin/python
RUN_READY := $(VENV)/ready.run
DEV_READY := $(VENV)/ready.dev
NODE_READY := frontend_contracts/node_modules/.ready

BROWSER := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

# Extra arguments: make test ARGS="tests/workers -k lanes"
ARGS :=

.PHONY: help
help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUN_READY) ## Run everything: servers, API, worker, gateway, with a demo
	@$(PYTHON) -m workers.launch up $(ARGS)

.PHONY: test
test: $(DEV_READY) ## Run the tests on embedded servers
	@$(if $(BROWSER),,echo "No Chromium here: the tests in a browser are left out.")
	@$(PYTHON) -m pytest -m "not pbx$(if $(BROWSER),, and not browser)" $(ARGS)

.PHONY: check
check: $(DEV_READY) ## Everything that is checked without running it
	@$(VENV)/bin/ruff format --check . || { echo "Repair: make format"; exit 1; }
	@$(VENV)/bin/ruff check . || { echo "Repair: make format, then what is left by hand"; exit 1; }
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(PYTHON) -m lints
	@$(PYTHON) -m workers.launch migrations --check || { echo "Repair: make migration"; exit 1; }

.PHONY: format
format: $(DEV_READY) ## Format the code and repair what can be repaired
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

.PHONY: migration
migration: $(DEV_READY) ## Write a migration for what changed in the models: NAME="what it does"
	@$(PYTHON) -m workers.launch migrations --write "$(or $(NAME),change)"

.PHONY: features
features: $(DEV_READY) ## Say which features of docs/features.md a passing test proves
	@$(PYTHON) -m tests.features $(ARGS)

.PHONY: bench
bench: $(DEV_READY) ## Run the benchmarks; each prints ratios and writes benchmarks/results/
	@for each in benchmarks/bench_*.py; do \
	  [ -e "$$each" ] || { echo "There is no benchmark yet."; exit 1; }; \
	  echo "== $$each"; $(PYTHON) "$$each" $(ARGS) || exit 1; \
	done

.PHONY: lock
lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml -o requirements.lock $(LOCKED)
	uv pip compile pyproject.toml --group dev -o requirements-dev.lock $(LOCKED)

# No host may stand in a lock: each machine has its own package index.
LOCKED := --upgrade --generate-hashes --universal --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url

.PHONY: clean
clean: ## Remove what was installed and built; data in .outdial stays
	rm -rf $(VENV) frontend_contracts/node_modules .mypy_cache .ruff_cache .pytest_cache

# One environment serves both: `make run` installs what runs, `make test` adds the tools.
$(RUN_READY): requirements.lock Makefile
	@$(MAKE) $(PYTHON)
	@echo "Installing what Outdial runs on ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/$(PYTHON)" -m workers.launch "$$@"\n' \
	  "$(CURDIR)" "$(CURDIR)" > $(VENV)/bin/outdial
	@chmod +x $(VENV)/bin/outdial
	@touch $@

$(DEV_READY): $(RUN_READY) requirements-dev.lock
	@echo "Installing the tools of development ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(PYTHON):
	@sh scripts/venv $(VENV)
