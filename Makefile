# `make run` starts the program, `make test` tests it. Both need Python 3.11 and make, and bring the rest into .venv.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach name,python3.11 python3 python,$(shell command -v $(name))))
UV := $(BIN)/uv pip
SYNC := $(UV) sync --quiet --python $(BIN)/python --require-hashes --system-certs --compile-bytecode
COMPILE := $(UV) compile --quiet --python $(BIN)/python --system-certs --generate-hashes --no-emit-index-url --no-annotate --no-header $(UPGRADE)

# Who has the packages for the tests has those for a run, and shall keep them.
RUN_PACKAGES := $(if $(wildcard $(VENV)/test.stamp),$(VENV)/test.stamp,$(VENV)/run.stamp)

PYTEST := $(BIN)/pytest --dist loadfile --no-loadscope-reorder

# Tests start some hundred processes: their bytecode is kept, also where the environment says otherwise.
test test-long: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test test-long bench bench-history check shots lock

help:
	@echo 'make run            start the program and a platform in a box; PORT, BOX_PORT, HOST and DATA_DIR say where'
	@echo 'make test           everything that is checked: make check and all tests but the long ones'
	@echo 'make test-long      the long tests'
	@echo 'make bench          what pages cost beside a bare page that asks the platform the same'
	@echo 'make bench-history  pages of the history with a million events, beside a thousand, on both databases; some 15 minutes'
	@echo 'make check          style, types, imports and templates'
	@echo 'make shots          a picture of every page, in shots/'
	@echo 'make lock           the requirements anew, as pyproject.toml wants them; UPGRADE=--upgrade takes newer ones'

run: $(RUN_PACKAGES)
	@$(BIN)/python -m adminui.launch

test: $(VENV)/test.stamp
	@$(BIN)/python -m tests.browser.chromium
	@$(MAKE) --no-print-directory check
	@# Playwright leaves an event loop running in its process: browser tests have processes of their own.
	$(PYTEST) -n 3 -m 'not long' --ignore=tests/browser
	$(PYTEST) -n 2 -m 'not long' tests/browser

test-long: $(VENV)/test.stamp
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -m long

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench

bench-history: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench.history
	$(BIN)/python -m tests.bench.history --database postgresql

check: $(VENV)/test.stamp
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates

shots: $(VENV)/test.stamp
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m tests.shots

lock: $(VENV)/test.stamp
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra test -o requirements/test.txt
	echo uv | $(COMPILE) - -c requirements/test.txt -o requirements/uv.txt

$(VENV)/uv.stamp: requirements/uv.txt
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo 'Python 3.11 is needed. Where is it? make PYTHON=/path/to/python3.11'; exit 1; }
	@echo 'Making $(VENV) and bringing in what the program needs.'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# uv itself is kept by a sync of either list: it is a package of the tests, and a sync leaves installers alone.
$(VENV)/run.stamp: requirements/run.txt $(VENV)/uv.stamp
	@$(SYNC) requirements/run.txt
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/uv.stamp
	@$(SYNC) requirements/test.txt
	@touch $@
