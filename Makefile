# Two commands: `make run` serves the demo county, `make test` runs every test.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin

.PHONY: run test lint bench

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "需要 Python 3.11 或更新：make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "建不了虚拟环境。Debian 上先装：apt install python3-venv" >&2; exit 1; }

# Installed again only when the locked versions change.
$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# PORT=8001 for another port. The environment (DATABASE_URL, REDIS_URL, …) and .env go before the defaults.
run: $(VENV)/.runtime
	@VENV=$(VENV) PORT=$(PORT) exec bash scripts/run.sh

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
