# `make help` lists what there is. Needs Python 3.11 or newer; all else is installed into .venv from requirements.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CONSUMERS := tests/consumers/node_modules/.installed

.PHONY: help run test soak check bench lexicon forests golden schema clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(INSTALLED): pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(INSTALLED)  ## process raw/ into output/
	$(BIN)/pipeline run raw -o output

test: $(INSTALLED) $(CONSUMERS)  ## all tests
	$(BIN)/python -m pytest

soak: $(INSTALLED)  ## the long tests, all or some: make soak PARTS="kills memory"; docs/reliability.md describes each
	cd tests && ../$(BIN)/python -m soak $(PARTS)

check: $(INSTALLED)  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(INSTALLED)  ## speed of every stage and of the whole way, and what the samples' repairs are worth
	$(BIN)/python -m benchmarks

golden: $(INSTALLED)  ## write output/ anew after a change that is meant; read the diff before committing it
	rm -rf output
	$(BIN)/pipeline run raw -o output

$(CONSUMERS): tests/consumers/package.json
	@if command -v npm >/dev/null && npm install --prefix tests/consumers --no-package-lock --no-audit --no-fund --silent; \
	then touch $@; else echo "without npm the tests with Node are passed over"; fi

schema: $(INSTALLED)  ## publish the JSON Schemas anew after an addition to the contract or the settings
	$(BIN)/pipeline schema -o docs/article.schema.json
	$(BIN)/pipeline schema --config -o docs/pipeline.schema.json

lexicon: $(INSTALLED)  ## build the word data anew: make lexicon CORPORA="prose.txt.xz ..."
	$(BIN)/python -m pip install --quiet --requirement requirements-lexicon.txt
	$(BIN)/python scripts/build_lexicon.py $(CORPORA)

forests: $(INSTALLED)  ## grow the forests of spacing anew: make forests CORPORA="prose.txt.xz ..." PUBLIC=benchmark
	$(BIN)/python -m pip install --quiet --requirement requirements-lexicon.txt
	$(BIN)/python scripts/train_spacing.py $(CORPORA) --public $(PUBLIC)

clean:  ## remove what make made
	rm -rf $(VENV) tests/consumers/node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis output/_run
