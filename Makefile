# On a machine with Python 3.11 or newer, git and make, `make run` and `make test` need nothing else:
# they create .venv, install the pinned and hashed requirements there, and go.
# Another interpreter: make clean, then make test PYTHON=/path/to/python3.13

.DEFAULT_GOAL := help
.PHONY: help run test soak bench lint catalogue messages docs lock clean
.DELETE_ON_ERROR:

PYTHON ?= $(firstword $(foreach p,python3.11 python3 python3.13 python3.12 python3.14,$(if $(call new_enough,$p),$p)))
new_enough = $(shell $1 -c 'import sys; print("yes" * (sys.version_info >= (3, 11)))' 2>/dev/null)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
SANDBOX_RUN := bulk usuarios_configurar_desvio_prefijo53 --sandbox --input-dir input_data --concurrency 8 --fault latency=50ms~20%
LOCK := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --build-deps-for editable \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## take the sample rows through one action, against the simulated Webex
	@$(BIN)/python -m odt_async $(SANDBOX_RUN)

test: $(VENV)/dev.stamp ## run the whole suite and say how much of the code it reached
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -m "not slow"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

soak: $(VENV)/run.stamp ## ten minutes of faults, kills and outages; DURATION=24h for a day (docs/soak.md)
	@$(BIN)/python -m tools.soak --duration $(DURATION) $(SOAK)

DURATION = 10m
SOAK = # more options, such as SOAK='--json soak.json --seed 7'

bench: $(VENV)/run.stamp ## measure speed, start and growth against plain loops; picture in logs/bench.svg
	@$(BIN)/python -m odt_async bench --plot logs/bench.svg
	@$(BIN)/python -m odt_async bench --start
	@$(BIN)/python -m odt_async bench --growth $(GROWTH)

GROWTH = 1000,10000,100000

lint: $(VENV)/dev.stamp ## format check, linter, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

catalogue: $(VENV)/run.stamp ## write docs/catalogo.md and the README's table of actions from the code
	@$(BIN)/python -m tools.catalogue

docs: $(VENV)/docs.stamp ## build the documentation into site/, and follow every link in it
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@$(BIN)/python -m tools.docs.links site
	@echo 'site/index.html'

messages: $(VENV)/dev.stamp ## gather the sentences that operators read, and compile their translations
	@$(BIN)/python -m tools.messages

lock: $(BIN)/python ## pin the newest allowed versions (UPGRADE= keeps what is pinned)
	@$(PIP) install 'pip-tools>=7.5,<8'
	@CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) $(UPGRADE) --output-file requirements/run.txt pyproject.toml
	@CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) $(UPGRADE) --extra dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt pyproject.toml
	@CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) $(UPGRADE) --extra docs --constraint requirements/dev.txt \
		--output-file requirements/docs.txt pyproject.toml

UPGRADE = --upgrade

clean: ## remove the environment and every cache; what runs left in logs/ stays
	@rm -rf $(VENV) build dist site *.egg-info .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find odt_async tests tools examples -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z '$(PYTHON)' ]; then \
		echo 'No Python 3.11 or newer found. Install one, or say where it is: make PYTHON=/path/to/python3.11' >&2; \
		exit 1; \
	fi
	@echo 'Creating $(VENV) with $(PYTHON)'
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo 'This Python cannot create environments. On Debian and Ubuntu: apt install python3-venv' >&2; \
		exit 1; \
	}

# dev.txt holds all of run.txt in the same versions, so after `make test` there is nothing left for `make run`
$(VENV)/run.stamp $(VENV)/dev.stamp $(VENV)/docs.stamp: $(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo 'Installing $< (a minute or more, once)'
	@$(PIP) install --require-hashes --requirement $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q odt_async
	@touch $@ $(VENV)/run.stamp
