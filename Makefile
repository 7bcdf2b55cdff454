# Each target sets up what it needs in .venv; a machine needs only Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
VENV3 := .venv-pandas3
PIP := -m pip --disable-pip-version-check --quiet

.PHONY: help demo test test-pandas3 lint bench docs clean

help:  ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/.ready  ## judge the synthetic study, write its survival tables, compare with what was published
	$(VENV)/bin/python fixtures/cartitude1/demo.py

test: $(VENV)/.ready  ## all tests, on pandas 2
	$(VENV)/bin/python -m pytest -n auto -q

test-pandas3: $(VENV3)/.ready  ## all tests that do not need lifelines, on pandas 3
	$(VENV3)/bin/python -m pytest -n auto -q

lint: $(VENV)/.ready  ## ruff, mypy (strict) and the import directions
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	mkdir -p .check && ln -sfn .. .check/adamgate
	cd .check && ../$(VENV)/bin/mypy --config-file ../pyproject.toml adamgate/__init__.py adamgate/__main__.py adamgate/cli.py adamgate/config.py adamgate/schemas adamgate/converters
	$(VENV)/bin/lint-imports

bench: $(VENV)/.ready  ## speed and memory beside pyreadstat, in one run
	$(VENV)/bin/python bench/run.py

clean:  ## remove everything that these targets made
	rm -rf $(VENV) $(VENV3) .check build dist *.egg-info out bench/data .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamp carries the day's dependencies: a change of pyproject.toml or of the constraints sets up anew.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "adamgate needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python $(PIP) install -c constraints.txt -e '.[test,oracles,lint]'
	@touch $@

$(VENV3)/.ready: pyproject.toml constraints-pandas3.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "adamgate needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV3)
	$(VENV3)/bin/python $(PIP) install -c constraints-pandas3.txt -e '.[test]'
	@touch $@
