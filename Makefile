# Every target works as the first command on a bare clone. Needs Python 3.11 or newer; what
# concerns the front end needs Node 20 or newer, too.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
PYTHON := $(VENV)/bin/python
RUN_READY := $(VENV)/ready.run
DEV_READY := $(VENV)/ready.dev

# The front end, on a machine with Node; without it, everything else works.
WEB := $(and $(wildcard frontend_contracts/package.json),$(shell command -v npm))
NODE_READY := frontend_contracts/node_modules/.ready
SDL := frontend_contracts/schema.graphql
CONSOLE := frontend_contracts/console/dist/index.html
GRAPHIQL := frontend_contracts/graphiql/dist/index.html
CONSOLE_FROM := $(if $(WEB),$(shell find frontend_contracts \( -name node_modules -o -name dist \) -prune \
	-o -type f -print))

BROWSER := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
BROWSER_PHONE := $(and $(WEB),$(BROWSER))

# make run PBX=local: on a real Asterisk with SIP phones, on loopback, instead of the simulation
PBX :=

# Extra arguments: make test ARGS="tests/workers -k lanes"
ARGS :=

.PHONY: help
help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUN_READY) $(if $(WEB),$(CONSOLE) $(GRAPHIQL)) ## Run everything: servers, API, worker, gateway, with a demo
	@$(PYTHON) -m $(if $(filter local,$(PBX)),tests.pbx.bed.demo,workers.launch up --demo) $(ARGS)

.PHONY: test
test: $(DEV_READY) $(if $(WEB),$(CONSOLE)) ## Run the tests on embedded servers
	@$(if $(WEB),$(MAKE) test-web,echo "No npm here: the tests of the front end are left out.")
	@$(if $(BROWSER),,echo "No Chromium here: the tests in a browser are left out.")
	@$(PYTHON) -m pytest -m "not pbx$(if $(BROWSER),, and not browser)" $(ARGS)

.PHONY: pbx
pbx: $(DEV_READY) ## A real Asterisk and SIPp phones on loopback, unprivileged, until Ctrl-C
	@$(PYTHON) -m tests.pbx.bed $(ARGS)

.PHONY: test-pbx
test-pbx: $(DEV_READY) $(if $(WEB),$(NODE_READY)) ## Run the tests on a real Asterisk; it is fetched if need be
	@$(if $(BROWSER_PHONE),,echo "No npm or no Chromium here: the telephone in a browser is left out.")
	@$(PYTHON) -m pytest -m "pbx$(if $(BROWSER_PHONE),, and not browser)" --no-skips $(ARGS)

.PHONY: test-web
test-web: $(NODE_READY)
	@cd frontend_contracts && npm run --silent test

.PHONY: check
check: $(DEV_READY) ## Everything that is checked without running it
	@$(VENV)/bin/ruff format --check . || { echo "Repair: make format"; exit 1; }
	@$(VENV)/bin/ruff check . || { echo "Repair: make format, then what is left by hand"; exit 1; }
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(PYTHON) -m lints
	@$(PYTHON) -m workers.launch migrations --check || { echo "Repair: make migration"; exit 1; }
	@$(if $(WEB),$(MAKE) check-web,echo "No npm here: the front end is not checked.")

.PHONY: check-web
check-web: $(NODE_READY)
	@$(PYTHON) -m schema.export | diff - $(SDL) >/dev/null \
	  || { echo "$(SDL) is stale. Repair: make contracts"; exit 1; }
	@cd frontend_contracts && npm run --silent generated || { echo "Repair: make contracts"; exit 1; }
	@cd frontend_contracts && npm run --silent breaking
	@cd frontend_contracts && npm run --silent types

.PHONY: contracts
contracts: $(DEV_READY) $(NODE_READY) ## Print the SDL and generate types and hooks from it
	@$(PYTHON) -m schema.export > $(SDL).new && mv $(SDL).new $(SDL)
	@cd frontend_contracts && npm run --silent generate

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
bench: $(DEV_READY) ## Run the benchmarks, or those named: ONLY=pacing; each prints ratios
	@for each in $(sort $(wildcard benchmarks/*/__main__.py) $(filter-out benchmarks/__%,$(wildcard benchmarks/*.py))); do \
	  name=$$(echo "$$each" | sed 's#/__main__\.py$$##; s#\.py$$##; s#/#.#g'); \
	  case "$$name" in *"$(ONLY)"*) ;; *) continue ;; esac; \
	  echo "== python -m $$name"; $(PYTHON) -m "$$name" $(ARGS) || exit 1; \
	done

.PHONY: bench-pacing
bench-pacing: $(DEV_READY) ## Run the pacing benchmark: an hour; a taste with ARGS=--quick
	@$(PYTHON) -m benchmarks.pacing $(ARGS)

.PHONY: lock
lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml -o requirements.lock $(LOCKED)
	uv pip compile pyproject.toml --group dev -o requirements-dev.lock $(LOCKED)

# No host may stand in a lock: each machine has its own package index.
LOCKED := --upgrade --generate-hashes --universal --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url

.PHONY: clean
clean: ## Remove what was installed and built; data in .outdial stays
	rm -rf $(VENV) frontend_contracts/node_modules frontend_contracts/graphiql/node_modules .mypy_cache .ruff_cache .pytest_cache

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

$(NODE_READY): frontend_contracts/package-lock.json
	@echo "Installing what the front end is built with ..."
	@cd frontend_contracts && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(CONSOLE): $(NODE_READY) $(CONSOLE_FROM)
	@echo "Building the console ..."
	@cd frontend_contracts && npm run --silent build
	@touch $@

# Its own packages: the console must not carry an editor, nor wait for one.
$(GRAPHIQL): $(addprefix frontend_contracts/graphiql/,package-lock.json index.html main.js page.css)
	@echo "Building GraphiQL ..."
	@cd frontend_contracts/graphiql && npm ci --no-audit --no-fund --loglevel=error \
	  && npm run --silent build -- --logLevel error
	@touch $@

$(PYTHON):
	@sh scripts/venv $(VENV)
