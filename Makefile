# make run    start the server on http://127.0.0.1:8000 (sets everything up the first time)
# make test   run all tests
# make check  format, lint, types, import contracts, tests
# make bench  measure, side by side with peers that are installed

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Tests wait for servers, browsers and databases: one more worker than there are processors.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 )))

.PHONY: run test check bench lock clean

run: $(VENV)/.run
	@$(BIN)/python -m api

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(WORKERS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n $(WORKERS)

bench: $(VENV)/.dev
	$(BIN)/python -m bench

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) --require-hashes -r requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) --require-hashes -r requirements/dev.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

# Pin every dependency anew, with hashes; list them all in requirements/sbom.json (CycloneDX).
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: $(VENV)/.dev
	$(LOCK) --extra server --extra postgresql --extra dev --extra build -o requirements/dev.lock pyproject.toml
	$(LOCK) --extra server --extra build -c requirements/dev.lock -o requirements/run.lock pyproject.toml
	$(BIN)/python requirements/sbom.py

clean:
	rm -rf $(VENV)
