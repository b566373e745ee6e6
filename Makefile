# make demo   sets everything up in .venv and retimes the embedded clip
# make test   sets up what the tests need, too, and runs them all
# make clean  removes .venv, the demo's results and the caches of tools; results of your clips stay

PYTHON ?= python3
VENV ?= .venv
CORES ?= all

BIN := $(abspath $(VENV))/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --constraint envs/constraints.txt
export PATH := $(BIN):$(PATH)

.PHONY: help demo test clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:
	@sed -n 's/^# make/make/p' Makefile

demo: $(VENV)/.installed
	@retime models fetch
	snakemake --cores $(CORES) demo
	@printf '\nThe demo is done.\n'
	@printf '  %-42s %s\n' videos/demo.mp4 'the clip as it was' \
	    results/demo/layers.h5 'its layers' \
	    results/demo/report/ 'pictures: who was tracked, the layers, the training'
	@for edit in clips/demo/edits/*.yaml; do \
	    name=$$(basename $$edit .yaml); \
	    printf '  %-42s %s\n' results/demo/edits/$$name/$$name.mp4 "the edit $$edit" \
	        results/demo/edits/$$name/beside.mp4 'the same beside its source'; \
	done
	@printf 'All of it on one page: source $(VENV)/bin/activate; snakemake --report report.html\n'

test: $(VENV)/.installed-test
	ruff format --check .
	ruff check .
	snakefmt --check Snakefile workflow
	snakemake --lint
	@retime models fetch
	pytest

$(VENV)/.installed: pyproject.toml envs/constraints.txt | $(BIN)/python
	$(INSTALL) --editable ".[studio$$(command -v npm >/dev/null || echo ,node)]"
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(INSTALL) --editable '.[test]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "retime needs Python 3.11 or newer, and '$(PYTHON)' is not;" \
	        "name one that is: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "could not make $(VENV); on Debian and Ubuntu, install python3-venv" >&2; exit 1; }

clean:
	rm -rf $(VENV) results/demo logs/demo benchmarks/demo videos/demo.mp4 videos/demo.truth.h5
	rm -rf .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
