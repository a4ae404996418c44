# Every target works from a fresh clone; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
# Every process would compile all its modules anew, which costs it five seconds.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
SERVE ?= 1
WORKERS ?= 2
SCALE ?= 0.1
TORTURE ?=
EVERY ?= 1
BIN := .venv/bin
READY := .venv/ready
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet $(if $(UPGRADE),--upgrade)

.PHONY: help setup demo test sweep torture check dev lock docs clean bench

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## Create .venv with exactly the locked packages; done again only when a lock changed.

demo: setup ## Make up a retailer, load it, sum it up and serve what "make dev" serves (SERVE=0: don't).
	@$(BIN)/goldline demo --days 760 --lines 60000
	@$(BIN)/goldline run
	@if [[ "$(SERVE)" != 0 ]]; then $(MAKE) --no-print-directory dev; fi

test: setup ## Run the whole test suite.
	@.ci/system-packages
	@.ci/in-memory $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

sweep: setup ## Run what the test suite has examples of, many times over (an hour and more).
	@GOLDLINE_TEST_EXAMPLES=20 .ci/in-memory $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "sweep or integration" tests/integration

torture: setup ## Kill, starve and damage it some thousand times, and count (TORTURE="kills disk", EVERY=20: a part of that).
	@PYTHONPATH=platform:. $(BIN)/python -m tests.torture $(TORTURE) --workers $(WORKERS) --every $(EVERY)

check: setup ## Check style, formatting, types and the direction of imports.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict
	@PYTHONPATH=platform:. $(BIN)/lint-imports --no-logo

dev: setup ## Serve the boards on 127.0.0.1:8050 and the Dagster UI with its daemon on 127.0.0.1:3000.
	@$(BIN)/goldline boards & trap "kill $$!" EXIT; $(BIN)/goldline ui

lock: setup ## Write locks/ with hashes after a change of the dependencies (UPGRADE=1: take newer versions).
	@$(COMPILE) pyproject.toml --output-file locks/runtime.txt
	@$(COMPILE) pyproject.toml --group dev --constraints locks/runtime.txt --output-file locks/dev.txt
	@$(COMPILE) pyproject.toml --extra bench --group build --constraints locks/runtime.txt --output-file locks/bench.txt
	@$(COMPILE) --group build --constraints locks/dev.txt --output-file locks/build.txt

bench: .venv-bench/ready ## Measure against bare DuckDB and other tools; writes docs/performance.md (SCALE=1, ENGINES=goldline,dbt).
	@.venv-bench/bin/python -m bench.run --scale $(SCALE) $(if $(ENGINES),--engines $(ENGINES)) $(if $(PARTS),--parts $(PARTS)) \
		$(if $(LANDING),--landing $(LANDING)) $(if $(SMALL_LANDING),--small-landing $(SMALL_LANDING))

docs: setup ## Write the generated pages of docs/ anew.
	@$(BIN)/goldline docs

clean: ## Remove the environment, caches and built files; the data in var/ stays.
	@rm -rf .venv .venv-bench dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -type d -name __pycache__ -prune -exec rm -rf {} +

$(READY): locks/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and $(PYTHON) was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another one: make setup PYTHON=python3.12" >&2; \
		exit 1; }
	@$(PYTHON) -m venv .venv
	@echo "Installing the locked packages into .venv ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --no-compile -r locks/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv-bench/ready: locks/bench.txt pyproject.toml
	@$(PYTHON) -m venv .venv-bench
	@echo "Installing the locked packages of the benchmark into .venv-bench ..."
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --no-compile -r locks/bench.txt
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
