# Two commands: `make demo` shows what Guiju does, `make test` proves it. Both need Python 3.11 and a package index, nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
EXAMPLE := examples/301666

.PHONY: demo test lint clean

# Status 3 is the demo's right answer: nothing is violated, but the example hands in no registration data, so not all can be evaluated.
demo: $(READY)
	@mkdir -p build
	@$(BIN)/guiju check $(EXAMPLE)/bids.csv --offering $(EXAMPLE)/offering.yaml; test $$? -eq 3
	@$(BIN)/guiju check $(EXAMPLE)/bids.csv --offering $(EXAMPLE)/offering.yaml -o build/301666.xlsx; test $$? -eq 3
	@$(BIN)/guiju check $(EXAMPLE)/bids.csv --offering $(EXAMPLE)/offering.yaml -o build/301666.html; test $$? -eq 3

test: $(READY)
	$(BIN)/python -m pytest -n auto

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean:
	rm -rf .venv build dist

$(READY): pyproject.toml .ci/constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Guiju needs Python 3.11 or newer")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --constraint .ci/constraints.txt --editable '.[dev]'
	touch $@
