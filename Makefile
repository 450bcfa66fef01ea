# Two commands set everything up: `make validate` and `make test`. Each makes .venv first if it is not there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: validate test check build site scan-eval scan-labels scan-invariants lint types docs stale format mutation agreement clean

validate: $(READY)
	@$(BIN)/plans validate

test: $(VENV)/.ready-dev
	@$(BIN)/pytest

check: lint types stale
	@$(BIN)/plans format --check

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	@$(BIN)/mypy

docs: $(READY)
	@$(BIN)/python -m plans.docs
	@$(BIN)/python -m plans.stamp

stale: $(READY)
	@$(BIN)/python -m plans.docs --check
	@$(BIN)/python -m plans.stamp --check

format: $(READY)
	@$(BIN)/plans format

build: $(VENV)/.ready-dev
	@$(BIN)/plans build

site: $(VENV)/.ready-all
	@$(BIN)/plans site --out site

scan-eval: $(READY)
	@$(BIN)/python -m plans.scan_eval

scan-labels: $(READY)
	@$(BIN)/python -m plans.scan_labels --texts $(or $(TEXTS),../shared/corpus)

scan-invariants: $(READY)
	@$(BIN)/python -m plans.scan_invariants $(or $(TEXTS),../shared/corpus)

mutation: $(VENV)/.ready-dev
	@$(BIN)/python -m plans.mutation

agreement: $(READY)
	@$(BIN)/python -m plans.agreement

$(READY): pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
		test -d $(VENV) || uv venv --quiet --python $(PYTHON) $(VENV); \
		uv pip install --quiet --python $(BIN)/python -e .; \
	else \
		test -d $(VENV) || $(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .; \
	fi
	@touch $@

$(VENV)/.ready-dev: $(READY)
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python -e ".[dev]"; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"; \
	fi
	@touch $@

# Every extra, for the tests that need them: what CI installs.
$(VENV)/.ready-all: $(VENV)/.ready-dev
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python -e ".[all]"; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[all]"; \
	fi
	@touch $@

clean:
	@rm -rf $(VENV) dist site build
