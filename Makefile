# Every target builds on .venv, which `make install` makes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test slow check docs docker clean

install: .venv/installed

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e ".[dev]"
	touch $@

demo: install
	$(BIN)/fluxion demo

test: install
	$(BIN)/python -m pytest -q -n 2

slow: install
	FLUXION_TESTS_OPTIMIZED=1 $(BIN)/python -m pytest -q -n 2 -m "slow and not gpu"

check: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright --pythonpath $(BIN)/python

docs: install
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q -f .mkdocs.yml

docker:
	docker build -t fluxion .

clean:
	rm -rf .venv build dist site .pytest_cache .ruff_cache .hypothesis fluxion-results
