# `make demo` shows what Guiju does, `make test` tests it, `make prove` runs the slow proofs at full size.
# All need Python 3.11 and a package index, nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
OLDEST := .venv-oldest/ready
EXAMPLE := examples/301666
PROVE ?= full
COVERAGE := --cov=dsl --cov=validator --cov-report=term:skip-covered --cov-fail-under=85

.PHONY: demo test cover slow prove oldest lint clean

# Status 3 is the demo's right answer: nothing is violated, but the example hands in no registration data, so not all can be evaluated.
demo: $(READY)
	@mkdir -p build
	@$(BIN)/guiju check $(EXAMPLE)/bids.csv --offering $(EXAMPLE)/offering.yaml; test $$? -eq 3
	@$(BIN)/guiju check $(EXAMPLE)/bids.csv --offering $(EXAMPLE)/offering.yaml -o build/301666.xlsx; test $$? -eq 3
	@$(BIN)/guiju check $(EXAMPLE)/bids.csv --offering $(EXAMPLE)/offering.yaml -o build/301666.html; test $$? -eq 3

test: $(READY)
	$(BIN)/python -m pytest -n auto -m "not slow"

# How many lines the tests run, without those that draw many inputs (to count lines makes these too slow) and without tests/cli: a command that a
# test starts is not counted.
cover: $(READY)
	$(BIN)/python -m pytest -n auto -m "not slow and not proof" --ignore tests/cli $(COVERAGE)

# What `make test` leaves out.
slow: $(READY)
	$(BIN)/python -m pytest -n auto -m slow

# docs/proofs.md says what is proved. `make prove PROVE=tenth` is a tenth; .ci/run runs that of tests/proofs. The first line takes all of tests/proofs, the second
# the proofs that stand with other tests.
prove: $(READY)
	GUIJU_PROVE=$(PROVE) $(BIN)/python -m pytest tests/proofs -n auto
	GUIJU_PROVE=$(PROVE) $(BIN)/python -m pytest tests --ignore tests/proofs -m proof -n auto

# The oldest version that pyproject.toml allows of each library, with the tests that use them: reading, evaluating, reports, the command.
oldest: $(OLDEST)
	.venv-oldest/bin/python -m pytest -n auto -m "not slow" tests/dsl/test_conformance.py tests/dsl/test_agreement.py tests/intake \
		tests/render tests/engine/test_golden_reports.py tests/engine/test_laws.py tests/engine/test_two_paths.py \
		tests/cli/test_check_command.py tests/cli/test_rules_commands.py tests/cli/test_exit_status.py tests/cli/test_version.py

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean:
	rm -rf .venv .venv-oldest build dist

$(READY): pyproject.toml .ci/constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Guiju needs Python 3.11 or newer")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --constraint .ci/constraints.txt --editable '.[dev]'
	touch $@

$(OLDEST): pyproject.toml .ci/constraints.txt .ci/oldest.py
	$(PYTHON) -m venv --clear .venv-oldest
	$(PYTHON) .ci/oldest.py > .venv-oldest/constraints.txt
	.venv-oldest/bin/python -m pip install --quiet --constraint .venv-oldest/constraints.txt --editable '.[dev]'
	touch $@
