# Everything a developer runs. Each target sets up what it needs and says what it does.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
CONSTRAINTS ?= constraints.txt
PYTHON ?= $(shell sh tools/find_python.sh)
RUN := $(VENV)/bin/python
# One more than there are processors: tests that wait for a process or a lock leave theirs idle.
WORKERS = $$(($$(getconf _NPROCESSORS_ONLN) + 1))
PYTEST = TMPDIR=$$(sh tools/test_folder.sh) $(RUN) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder
say = @printf '%s\n' '== $(1)'

# An environment holds absolute paths: in a copied or moved folder, or without its interpreter, it is made again.
STALE := $(shell { [ "$$(cat $(VENV)/where 2>/dev/null)" = "$(CURDIR)" ] && $(RUN) -c ''; } 2>/dev/null \
	|| rm -f $(VENV)/where $(VENV)/ready-run $(VENV)/ready-dev)

.PHONY: help dev demo test check bench docs format lint types contracts budget guard docs-check readme faults properties excel test-lowest test-pythons clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

# --- set-up ---------------------------------------------------------------------------------------------------------

$(VENV)/where:
	@sh tools/doctor.sh "$(PYTHON)"
	$(call say,making the environment $(VENV) with $(PYTHON))
	@"$(PYTHON)" -m venv --clear $(VENV)
	@printf '%s' "$(CURDIR)" > $@

$(VENV)/ready-run: pyproject.toml $(CONSTRAINTS) | $(VENV)/where
	$(call say,installing finmod into $(VENV) (once; about half a minute))
	@$(RUN) -m pip install -qq --disable-pip-version-check -c $(CONSTRAINTS) -e . || { sh tools/explain_pip.sh; exit 1; }
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready-run
	$(call say,installing the tools of the checks into $(VENV) (once; about half a minute))
	@$(RUN) -m pip install -qq --disable-pip-version-check -c $(CONSTRAINTS) -e '.[dev]' || { sh tools/explain_pip.sh; exit 1; }
	@touch $@

dev: ## set up a development environment, naming what the system lacks
	@sh tools/doctor.sh "$(PYTHON)" git
	@$(MAKE) $(VENV)/ready-dev
	$(call say,ready: $(VENV)/bin/finmod runs the program; make check runs every check)

# --- use ------------------------------------------------------------------------------------------------------------

demo: $(VENV)/ready-run ## make the sample company, load it and show the month
	$(call say,running the demo: finmod demo)
	@$(VENV)/bin/finmod demo

bench: $(VENV)/ready-dev ## measure speed and size, as ratios against a floor or a peer
	$(call say,measuring)
	@$(RUN) -m benchmarks

docs: $(VENV)/ready-dev ## write the pages and schemas that are made from the code
	$(call say,writing generated pages and schemas)
	@$(RUN) -m tools.docs

format: $(VENV)/ready-dev ## format the code and mend what can be mended without thought
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

# --- checks ---------------------------------------------------------------------------------------------------------

# Types take one processor for as long as all else before the tests takes another.
check: $(VENV)/ready-dev ## everything CI runs
	@told=$$(mktemp); $(MAKE) types >"$$told" 2>&1 & types=$$!; \
	$(MAKE) lint contracts budget guard docs-check; others=$$?; \
	wait $$types; typed=$$?; cat "$$told"; rm -f "$$told"; [ $$others -eq 0 ] && [ $$typed -eq 0 ]
	@$(MAKE) test

lint: $(VENV)/ready-dev
	$(call say,format and lint)
	@$(RUN) -m ruff format --check --quiet . || { echo 'These files are not formatted: run make format.'; $(RUN) -m ruff format --check --output-format concise . ; exit 1; }
	@$(RUN) -m ruff check --quiet .

types: $(VENV)/ready-dev
	$(call say,types (mypy strict))
	@$(RUN) -m mypy --no-error-summary

contracts: $(VENV)/ready-dev
	$(call say,who imports whom)
	@report=$$($(VENV)/bin/lint-imports --no-cache 2>&1) || { printf '%s\n' "$$report"; exit 1; }

budget: $(VENV)/ready-dev
	$(call say,size budget)
	@$(RUN) -m tools.size

guard: $(VENV)/ready-dev
	$(call say,no secrets and no private paths or registry addresses)
	@$(RUN) -m tools.guard

docs-check: $(VENV)/ready-dev
	$(call say,generated pages are up to date)
	@$(RUN) -m tools.docs --check

test: $(VENV)/ready-dev ## run the tests
	$(call say,tests)
	@$(PYTEST)

readme: $(VENV)/ready-dev ## run the README whole: its demo of two years, every figure of the screen
	$(call say,the README with its whole demo)
	@FINMOD_WHOLE_DEMO=1 $(PYTEST) tests/house/test_docs.py -k README

faults: $(VENV)/ready-dev ## kill, fill and break finmod at every moment: the long loops of tests/faults
	$(call say,faults)
	@$(RUN) -m pytest tests/faults --long-faults -q

properties: $(VENV)/ready-dev ## try each property on ten times the examples
	$(call say,properties)
	@FINMOD_EXAMPLES=10 $(PYTEST) tests/properties tests/taxonomy/inference/test_properties.py tests/journeys/test_allocation.py

excel: $(VENV)/ready-dev ## let LibreOffice compute the workbooks that finmod writes
	$(call say,workbooks as LibreOffice computes them)
	@command -v soffice >/dev/null || { echo 'NOT RUN: soffice is missing; on Debian: apt-get install libreoffice-calc-nogui'; exit 1; }
	@$(PYTEST) tests/exports/test_pnl_excel.py tests/exports/test_variance_excel.py

test-lowest: ## run the tests on the lowest versions that pyproject.toml promises (Python 3.11)
	@python=$$(sh tools/find_python.sh 3.11) || { echo 'NOT RUN: no Python 3.11 was found, and the lowest versions need it.'; exit 1; }; \
	$(MAKE) VENV=.venv-lowest CONSTRAINTS=constraints-lowest.txt PYTHON="$$python" test

test-pythons: ## run the tests on each of Python 3.11, 3.12 and 3.13 that is found here
	@said=''; failed=0; \
	for version in 3.11 3.12 3.13; do \
	    if python=$$(sh tools/find_python.sh $$version); then \
	        printf '%s\n' "== Python $$version: $$python"; \
	        if $(MAKE) VENV=.venv-$$version PYTHON="$$python" test; then said="$$said  $$version passed\n"; \
	        else said="$$said  $$version FAILED\n"; failed=1; fi; \
	    else said="$$said  $$version NOT RUN: no such Python on PATH or in ~/.pyenv/versions\n"; fi; \
	done; \
	printf "== Pythons\n$$said"; exit $$failed

clean: ## remove environments and caches
	rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
