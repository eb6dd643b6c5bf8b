# Two commands: `make run` serves the demo county, `make test` runs every test.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin

.PHONY: test lint bench

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# Installed again only when the locked versions change.
$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# REQUIRE=1 makes a missing part (PostgreSQL, Chromium) a failure instead of a part left out.
test: $(VENV)/.development
	VENV=$(VENV) REQUIRE=$(REQUIRE) bash scripts/test.sh

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python manage.py makemigrations --check --dry-run

# HOUSEHOLDS=2000 for a quick look; the table in docs/performance.md is of 20000.
bench: $(VENV)/.development
	VENV=$(VENV) HOUSEHOLDS=$(or $(HOUSEHOLDS),20000) bash scripts/bench.sh
