# Nothing has to be done before any of these: each makes what it needs. `make help` lists them.
PATH ?= /usr/local/bin:/usr/bin:/bin
export PATH

PYTHON ?= python3
ADDRESS ?= 127.0.0.1
PORT ?= 8000
COUNT ?= 200000
SEED ?= 1
SAMPLE ?= 400

BIN := .venv/bin
STAMPS := .venv/stamps
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -p tests.required
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help install dev run test lint bench conformance docs fuzz mutation screenshots lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMPS)/run ## make .venv with .venv/bin/gpu-compose

dev: $(STAMPS)/dev ## the same, with everything for working on it

run: install ## serve the web UI; prints its address and the login (ADDRESS=…, PORT=…)
	@$(BIN)/python manage.py prepare --url http://$(ADDRESS):$(PORT)/
	@exec $(BIN)/python -m gpustack up --host $(ADDRESS) --port $(PORT)

test: lint ## style, types, direction of imports, migrations, then every test with branch coverage
	$(PYTEST) -n auto --dist loadfile --cov --cov-report=term:skip-covered

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-logo
	GPU_COMPOSE_DATA=.venv/data $(BIN)/python manage.py makemigrations --check --dry-run

bench: dev ## measure the checker beside Docker Compose, each layer, and the live panel
	$(BIN)/python -m bench

conformance: dev ## hold our verdicts against the real Docker Compose, and print what differs
	$(BIN)/python -m tests.conformance
	GPU_COMPOSE_REQUIRE=oracle GPU_COMPOSE_CONFORMANCE=all $(PYTEST) -v tests/conformance

fuzz: dev ## 200,000 spoiled files through parse, check, fix and export (COUNT=…, SEED=…); what fails is kept in .fuzz/
	$(BIN)/python -m tests.fuzz --count $(COUNT) --seed $(SEED)

mutation: dev ## put small faults into the engine and count those that its tests notice (SAMPLE=…, SEED=…)
	$(PIP) --require-hashes -r requirements/mutation.txt
	$(BIN)/python -m tests.mutation --sample $(SAMPLE) --seed $(SEED)

docs: dev ## write what is generated: index and reference of the rules, covered facts, and what each case is told
	$(BIN)/python -m stacks.rules.indexing
	$(BIN)/gpu-compose rules --write docs/rules
	$(BIN)/python -m tests.rules.coverage
	$(BIN)/python -m tests.rules.findings

screenshots: dev ## take docs/screenshot.png again
	GPU_COMPOSE_REQUIRE=browser GPU_COMPOSE_SCREENSHOTS=docs $(PYTEST) -k screenshot

lock: $(STAMPS)/python ## resolve the requirements again
	@command -v uv >/dev/null || $(PIP) uv
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(LOCK) pyproject.toml --group build -o requirements/run.txt
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(LOCK) pyproject.toml --group build --group dev -c requirements/run.txt -o requirements/dev.txt
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(LOCK) pyproject.toml --group mutation -c requirements/dev.txt -o requirements/mutation.txt

clean: ## remove .venv and everything generated; var/, where the data is, stays
	rm -rf .venv build dist *.egg-info .coverage .coverage.* htmlcov
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'gpu-compose needs Python 3.11 or newer: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

# The plain form of an editable install: setuptools' import hook would cost each start a quarter of its time.
$(STAMPS)/run: $(STAMPS)/python requirements/run.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@
