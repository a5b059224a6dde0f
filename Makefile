# The commands of this repository. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help up down preview status shell test unit soak lint fmt schema

unexport PYTHONDONTWRITEBYTECODE

# The Python environment alone, made when missing: linters and unit tests need no more.
PYTHON = $$(python3 -m sandbox.toolchain --python-only)/bin
# Groups of tests that run side by side; tests/conftest.py says which do. The unit tests have a process of their own: those
# of the engine leave the provider's SDK half imported.
TOGETHER ?= 4
# Those without .sh in their name are found by their first line.
SCRIPTS = $(shell find bench components sandbox tests -name '*.sh') $(shell grep -rlE '^#!.*sh$$' .ci components/host/bin sandbox/region/layer)

help:  ## list the commands
	@sed -n 's/^\([a-z]*\): .*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

up:  ## bring up the cluster in the sandbox, or bring it up to date
	@./sandbox/run up

down:  ## end the sandbox and all that is in it
	@./sandbox/run down

preview:  ## show what `up` would change
	@./sandbox/run preview

status:  ## show the members
	@./sandbox/run status

shell:  ## open a shell inside the sandbox
	@./sandbox/run shell

test:  ## run all linters and tests (root; half an hour)
	@python3 -m sandbox.toolchain
	@$(MAKE) --no-print-directory lint
	@$(PYTHON)/python -m pytest -q -n 2 tests/unit
	@$(PYTHON)/python -m pytest -n $(TOGETHER) --no-loadscope-reorder $(wildcard $(addprefix tests/,ec2 cluster engine kernel plugin region scripts))
	@$(PYTHON)/python -m pytest -q tests/deployer

unit:  ## run the tests of units and scripts (seconds)
	@$(PYTHON)/python -m pytest -q -n 2 tests/unit tests/scripts

soak:  ## measure changes under load, PART=rolling (root; up to an hour, alone on the machine)
	@python3 -m sandbox.toolchain
	@$(PYTHON)/python -m tests.soak $(PART)

lint:  ## check style, types, import contracts and shell scripts
	@bin=$(PYTHON); \
	$$bin/ruff check . && $$bin/ruff format --check . && $$bin/mypy && $$bin/lint-imports --no-logo && \
	$$bin/shellcheck $(SCRIPTS)

fmt:  ## put the source into shape
	@bin=$(PYTHON); $$bin/ruff check --fix . && $$bin/ruff format .

schema:  ## write the settings into Pulumi.yaml and docs/reference/settings.md
	@$(PYTHON)/python -m components.settings.schema
