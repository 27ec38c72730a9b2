# `make help` lists what there is. Needs Python 3.11 or newer. All else is installed into .venv: what running needs from
# requirements.txt, what tests and checks need besides from requirements-dev.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
CONSUMERS := tests/consumers/node_modules/.installed

.PHONY: help run test test-fast soak check coverage bench floors lexicon dictionary forests closing page-lines structure entities programs golden schema clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# Without compiling, which takes as long as the rest: Python compiles what it imports, and most is never imported.
$(INSTALLED): pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

run: $(INSTALLED)  ## process raw/ into output/
	$(BIN)/pipeline run raw -o output

# A file at a time goes to each core. Compiled modules are kept, whatever the shell says: the tests start Python often.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
FAST := stages segmentation lexicon text model core audit config/test_plugins.py config/test_settings.py \
	test_public_names.py test_samples.py test_structure.py

test: $(INSTALLED_DEV) $(CONSUMERS)  ## all tests but the long ones, which `make soak` runs
	$(PYTEST)

test-fast: $(INSTALLED_DEV)  ## the core: laws, cases of the stages, the samples in output/, the public functions
	$(PYTEST) -m "not soak and not slow" --hypothesis-profile fast $(addprefix tests/,$(FAST))

soak: $(INSTALLED_DEV) $(CONSUMERS)  ## the long tests, all or some: make soak PARTS="kills memory"; docs/reliability.md describes each
	cd tests && ../$(BIN)/python -m soak $(PARTS)

check: $(INSTALLED_DEV)  ## lint, format, types, names and the accuracy on the samples
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/check_names.py
	$(BIN)/python -m benchmarks.floors

# Tests of seconds; not those of other processes, of servers, of long texts and of pages of the documentation.
COVERAGE := tests $(addprefix --ignore=, \
  tests/consumers tests/hostile tests/runs/executors tests/runs/reading_process tests/runs/test_any_history.py \
  tests/runs/output/test_full_disk.py tests/runs/test_resume.py tests/soak tests/storage \
  tests/cli/test_current_folder.py tests/cli/test_interrupts.py tests/cli/test_stages_new.py \
  tests/cli/test_terminals.py tests/stages/test_laws.py tests/readers/test_any_bytes.py \
  tests/readers/test_zip.py tests/docs/test_documentation.py tests/test_examples.py tests/test_growth.py \
  tests/docs/test_how_to.py tests/docs/test_inputs.py tests/docs/test_judging.py tests/docs/test_outputs_page.py \
  tests/test_public_data.py tests/docs/test_scale_page.py tests/docs/test_security_page.py tests/test_structure.py \
  tests/core/test_thresholds.py tests/test_wheel.py)

coverage: $(INSTALLED_DEV)  ## which lines the quick tests do not reach; fails below the floor in pyproject.toml
	rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run -m pytest --numprocesses auto $(COVERAGE)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

bench: $(INSTALLED_DEV)  ## speed of every stage and of the whole way, and what the samples' repairs are worth
	$(BIN)/python -m benchmarks

floors: $(INSTALLED_DEV)  ## record better accuracy on the samples; LOWER=1 also records what fell
	$(BIN)/python -m benchmarks.floors --update $(if $(LOWER),--lower)

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

dictionary: $(INSTALLED)  ## gather anew the words of dictionaries: make dictionary ORDINARY="list ..." LARGE="list ..." WORDNET=folder
	$(BIN)/python scripts/build_dictionary.py --ordinary $(ORDINARY) --large $(LARGE) --wordnet $(WORDNET)

forests: $(INSTALLED)  ## grow the forests of spacing anew: make forests CORPORA="prose.txt.xz ..." PUBLIC=benchmark
	$(BIN)/python -m pip install --quiet --requirement requirements-lexicon.txt
	$(BIN)/python scripts/train_spacing.py $(CORPORA) --public $(PUBLIC)

closing: $(INSTALLED)  ## learn anew where a talk ends: make closing CASES=folder STRUCTURE=folder
	$(BIN)/python -m pip install --quiet --requirement requirements-lexicon.txt
	$(BIN)/python scripts/train_closing.py --cases $(CASES) --structure $(STRUCTURE)

page-lines: $(INSTALLED)  ## grow the forest of page lines anew: make page-lines PAGES=benchmark READABILITY=test-pages
	$(BIN)/python -m pip install --quiet --requirement requirements-lexicon.txt
	$(BIN)/python scripts/train_page_lines.py $(PAGES) $(READABILITY)

structure: $(INSTALLED)  ## grow the forests of structure anew: make structure TALKS=folder CASES=folder
	$(BIN)/python -m pip install --quiet --requirement requirements-lexicon.txt
	$(BIN)/python scripts/train_turn_starts.py $(TALKS)
	$(BIN)/python scripts/train_roles.py $(TALKS)
	$(BIN)/python scripts/train_narration.py $(TALKS) $(CASES)
	$(BIN)/python scripts/train_kind.py $(TALKS) $(CASES)

entities: $(INSTALLED)  ## grow the forest of entities anew: make entities PROSE=folder STRUCTURE=folder PROGRAMS=folder
	$(BIN)/python -m pip install --quiet --requirement requirements-lexicon.txt
	$(BIN)/python scripts/train_entities.py $(PROSE) $(STRUCTURE) $(PROGRAMS)

programs: $(INSTALLED)  ## learn anew which lines are code: make programs STRUCTURE=folder PROGRAMS=folder
	$(BIN)/python scripts/train_code_lines.py $(STRUCTURE) $(PROGRAMS)

clean:  ## remove what make made
	rm -rf $(VENV) tests/consumers/node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov output/_run
