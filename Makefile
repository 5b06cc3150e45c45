# Python 3.11 or newer and make are enough for `run` and `test`; compose-test needs a Docker engine as well.

PYTHON ?= python3
PORT ?= 8000
DATA ?= .bursar
VENV := .venv
BIN := $(VENV)/bin
SOURCES := bursar chassis contracts gateway services bench
PYTEST ?= -n auto --dist loadscope --no-loadscope-reorder
IMAGE ?= bursar:compose-test
BUILD_NETWORK ?= default
# How this machine's pip reaches its packages, passed on to the build of the image; addresses of local files are not.
pip_setting = $(filter-out file:%,$(shell $(PYTHON) -m pip config get global.$(1) 2>/dev/null))
PIP_INDEX_URL ?= $(call pip_setting,index-url)
PIP_EXTRA_INDEX_URL ?= $(call pip_setting,extra-index-url)
PIP_TRUSTED_HOST ?= $(call pip_setting,trusted-host)

.PHONY: run test lint bench verify image compose-test screenshots clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	@exec $(BIN)/bursar up --demo --port $(PORT) --data $(DATA)

test: $(VENV)/.dev
	$(BIN)/pytest $(PYTEST)

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(wildcard $(SOURCES))
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml bursar chassis contracts gateway services

bench: $(VENV)/.dev
	$(BIN)/python -m bench

verify: $(VENV)/.run
	$(BIN)/bursar verify --data $(DATA)

image:
	docker build --quiet --network $(BUILD_NETWORK) --tag $(IMAGE) --file deploy/Dockerfile \
	  --build-arg PIP_INDEX_URL='$(PIP_INDEX_URL)' --build-arg PIP_EXTRA_INDEX_URL='$(PIP_EXTRA_INDEX_URL)' \
	  --build-arg PIP_TRUSTED_HOST='$(PIP_TRUSTED_HOST)' .

compose-test: $(VENV)/.dev image
	COMPOSE_TEST=1 $(BIN)/pytest tests/compose

screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.screenshots

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bursar needs Python 3.11 or newer; say which: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@# Uncompiled: what is used is compiled when it is first used, in half the time that compiling all of it takes.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info
