# Each target sets up what it needs in .venv; a machine needs only Python >= 3.11 and make.
PYTHON ?= python3
# The newest one that is supported, else the same one.
PYTHON313 ?= $(shell python3.13 -c "" 2>/dev/null && echo python3.13 || echo $(PYTHON))
VENV := .venv
LOWEST := .venv-lowest
PANDAS3 := .venv-pandas3
PIP := -m pip --disable-pip-version-check --quiet

# The tests start Python hundreds of times: where the environment forbids bytecode, each compiles all again.
export PYTHONDONTWRITEBYTECODE :=

# Each worker has files of its own, in order, so that what tests of a file share is made once; who is done first
# helps the others.
WORKERS := -n auto --dist worksteal

.PHONY: help demo environments test test-all test-lowest test-pandas3 fuzz lint bench bench-large bench-scale docs qualification rule clean

help:  ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

DEMO := out/cartitude1
demo: $(VENV)/.ready  ## the synthetic study, from raw exports to tables: published against reproduced figures
	@mkdir -p $(DEMO)/raw
	@cp fixtures/cartitude1-project/* $(DEMO)
	@cp fixtures/cartitude1-raw/* $(DEMO)/raw
	$(VENV)/bin/adamgate run $(DEMO)/adamgate.toml

test: $(VENV)/.ready  ## all tests but the slow ones, on pandas 2
	$(VENV)/bin/python -m pytest $(WORKERS) -q -m "not slow"

test-all: $(VENV)/.ready  ## all tests, on pandas 2
	$(VENV)/bin/python -m pytest $(WORKERS) -q

# Slow tests show most of what they show with any version; those of survival tables run other packages, too.
test-lowest: $(LOWEST)/.ready  ## quick tests and all of survival tables, but those marked one_version, with the lowest dependencies allowed
	$(LOWEST)/bin/python -m pytest $(WORKERS) -q -m "not one_version and not slow"
	$(LOWEST)/bin/python -m pytest $(WORKERS) -q -m "not one_version and slow" tests/survival

test-pandas3: $(PANDAS3)/.ready  ## all tests but those marked one_version on pandas 3 and Python 3.13 (PYTHON313), but those that need lifelines or scikit-survival
	$(PANDAS3)/bin/python -m pytest $(WORKERS) -q -m "not one_version"

# SECONDS bounds the time, else INPUTS the number; REPLAY=xpt:1:4711 runs one input again.
INPUTS ?= 10000
SEED ?= 1
fuzz: SECONDS ?= 0
fuzz: $(VENV)/.ready  ## damaged inputs for everything that reads: SECONDS=60 SEED=1
	$(VENV)/bin/python fuzz/run.py --seed=$(SEED) --inputs=$(INPUTS) --seconds=$(SECONDS) --targets=$(TARGETS) --replay=$(REPLAY)

lint: $(VENV)/.ready  ## ruff, mypy (strict) and the import directions
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	mkdir -p .check && ln -sfn .. .check/adamgate
	cd .check && ../$(VENV)/bin/mypy --config-file ../pyproject.toml adamgate/__init__.pyi adamgate/__main__.py adamgate/cli.py adamgate/schemas adamgate/converters
	cd .check && ../$(VENV)/bin/mypy --config-file ../pyproject.toml adamgate/__init__.py
	$(VENV)/bin/lint-imports

docs: $(VENV)/.ready  ## make again what follows from the code: pages, their tables, the list of packages
	$(VENV)/bin/python docs/make_packages.py
	$(VENV)/bin/python workshop/rule_history.py
	$(VENV)/bin/python docs/make_rules.py
	$(VENV)/bin/python docs/make_tables.py
	$(VENV)/bin/python docs/make_configuration.py
	$(VENV)/bin/python docs/refresh.py

qualification: $(VENV)/.ready  ## make again the examples and answers of adamgate qualify: ACCEPT=TTE006 takes its new answers
	$(VENV)/bin/python workshop/make_qualification.py $(if $(ACCEPT),--accept $(ACCEPT))

rule: $(VENV)/.ready  ## begin a rule and its tests: ID=TTE099 FAMILY=durations
	@$(VENV)/bin/python workshop/make_rule.py "$(ID)" "$(FAMILY)"

bench: $(VENV)/.ready  ## speed and memory beside pyreadstat, in one run
	$(VENV)/bin/python bench/run.py

bench-large: $(VENV)/.ready  ## the gate on a large ADAE that is made on the fly: RECORDS=100000000
	$(VENV)/bin/python bench/large.py --records $(or $(RECORDS),100000000) $(if $(WITHIN),--within $(WITHIN))

bench-scale: $(VENV)/.ready  ## the gate in processes and on workers, on 1, 10 and 100 times the pilot
	$(VENV)/bin/python bench/scale.py

clean:  ## remove everything that these targets made
	rm -rf $(VENV) $(LOWEST) $(PANDAS3) .check build dist *.egg-info out bench/data .pytest_cache .mypy_cache .ruff_cache .hypothesis

environments: $(VENV)/.ready $(LOWEST)/.ready $(PANDAS3)/.ready  ## set up all that the targets need

# How an environment is set up: with which Python, which extras, and the constraints it depends on. What is
# imported is compiled then: the greater part of what is installed never is.
INTERPRETER = $(PYTHON)
EXTRAS = test
define set-up
	$(INTERPRETER) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "adamgate needs Python 3.11 or newer")'
	$(INTERPRETER) -m venv $(@D)
	$(@D)/bin/python $(PIP) install -c $(word 2,$^) -e '.[$(EXTRAS)]' --no-compile
	@touch $@
endef

# The stamp carries the day's dependencies: a change of pyproject.toml or of the constraints sets up again.
$(VENV)/.ready: EXTRAS = test,oracles,newer-oracles,browser,databases,remote,dask,store,lint
$(VENV)/.ready: pyproject.toml constraints.txt
	$(set-up)

$(LOWEST)/.ready: EXTRAS = test,oracles
$(LOWEST)/.ready: pyproject.toml constraints-lowest.txt
	$(set-up)

$(PANDAS3)/.ready: INTERPRETER = $(PYTHON313)
$(PANDAS3)/.ready: pyproject.toml constraints-pandas3.txt
	$(set-up)
