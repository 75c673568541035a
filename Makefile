# Two commands matter: `make demo` and `make test`. Each sets up what it needs in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test test-slow check setup setup-dev setup-clients setup-models lock docs clean

demo: setup
	@$(BIN)/avouch demo --home $(CURDIR)/home-demo

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev setup-clients
setup-clients: $(VENV)-clients/.installed
setup-models: $(VENV)-models/.installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Avouch needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python requirements/base.txt requirements/model.txt pyproject.toml
	@echo "Setting up $(VENV) (about 700 MB, model weights included) …"
	@$(PIP) install --require-hashes --requirement requirements/base.txt
	@$(PIP) install --require-hashes --no-deps --requirement requirements/model.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@scripts/setup-engines
	@touch $@

# The clients of others have environments of their own, as they have where they are used.
$(VENV)-clients/.installed: requirements/clients.txt
	@echo "Setting up $(VENV)-clients, the client libraries that the tests point here …"
	@$(PYTHON) -m venv $(VENV)-clients
	@$(VENV)-clients/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --requirement $<
	@touch $@

# A server of language models, for the tests that ask a real one.
$(VENV)-models/.installed: requirements/models.txt
	@echo "Setting up $(VENV)-models, llama.cpp's server (about 200 MB) …"
	@$(PYTHON) -m venv $(VENV)-models
	@$(VENV)-models/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --requirement $<
	@touch $@

test: setup-dev check
	@$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: setup-dev setup-models
	@$(BIN)/python -m pytest -n 2 -m slow

check: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

lock: setup-dev
	@scripts/lock

docs: setup-dev
	@$(BIN)/python scripts/docs.py

clean:
	@rm -rf $(VENV) $(VENV)-clients $(VENV)-models home-demo
