# Everything that people type here. `make serve` and `make test` need python 3.11 or newer, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ORACLES := .venv-oracles
PYTEST_ARGS ?= -q -n 2 --dist loadfile --no-loadscope-reorder

# Compiled modules are kept: without them each process that the tests start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve test check format openapi requirements bench lock clean

help:
	@echo "make serve    set everything up, load the demo cohort once and serve on \$$PORT (default 8000)"
	@echo "make test     set everything up and run every test (PYTEST_ARGS='-q tests/domain' runs some)"
	@echo "make check    format, lint, types, imports, generated files, image, tests: what CI runs"
	@echo "make format   write the code the way 'make check' wants it"
	@echo "make openapi  write openapi.yaml and the data dictionary anew"
	@echo "make requirements  run the tests that show a requirement and write docs/requirements.md"
	@echo "make bench    run the benchmarks, each printing a ratio"
	@echo "make lock     resolve the dependencies anew into the requirements*.lock files"
	@echo "make clean    remove the virtual environment and caches; data stay"

serve: $(VENV)/serve.stamp
	@exec $(BIN)/registry serve --demo --worker

test: $(VENV)/dev.stamp $(ORACLES)/oracles.stamp
	@$(BIN)/pytest $(PYTEST_ARGS)

check: $(VENV)/dev.stamp $(ORACLES)/oracles.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/registry openapi --check
	$(BIN)/registry dictionary --check
	$(BIN)/hadolint Dockerfile
	$(BIN)/pytest $(PYTEST_ARGS) --requirements=check

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: $(VENV)/dev.stamp
	$(BIN)/registry openapi
	$(BIN)/registry dictionary

requirements: $(VENV)/dev.stamp $(ORACLES)/oracles.stamp
	$(BIN)/pytest $(PYTEST_ARGS) -m requirement --requirements=write

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m bench

# The development lock is resolved first; the smaller ones take the same versions from it.
# What the oracles need is listed whole, and resolved apart.
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"
LOCK := $(COMPILE) pyproject.toml
lock: $(VENV)/dev.stamp
	$(LOCK) --upgrade --extra dev --output-file requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock --extra embedded --output-file requirements-embedded.lock
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --upgrade --no-deps --output-file requirements-oracles.lock requirements-oracles.in

clean:
	rm -rf $(VENV) $(ORACLES) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "The registry needs python 3.11 or newer; run 'make PYTHON=/path/to/a/newer/python'." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
$(VENV)/serve.stamp: requirements-embedded.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes --requirement requirements-embedded.lock
	$(INSTALL) --no-deps --editable .
	@touch $@

# What develops also serves.
$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes --requirement requirements-dev.lock
	$(INSTALL) --no-deps --editable .
	@touch $(VENV)/serve.stamp $@

# Judges of the tests, with the versions that they ask for, apart from the registry.
$(ORACLES)/oracles.stamp: requirements-oracles.lock | $(VENV)/bin/python
	$(PYTHON) -m venv --without-pip $(ORACLES)
	$(BIN)/python -m pip --python $(ORACLES)/bin/python install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement requirements-oracles.lock
	@touch $@
