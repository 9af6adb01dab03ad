# Circle Time. `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PARALLEL := --numprocesses auto --maxprocesses 8 --dist loadfile
SLOWEST := --durations 25 --durations-min 2
unexport PYTHONDONTWRITEBYTECODE  # tests start circletime hundreds of times: let it be compiled once

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: .venv/run ## make .venv with the `circletime` command in it

demo: setup ## a furnished building, the hub and four panels on http://127.0.0.1:8000
	$(BIN)/circletime demo

test: .venv/dev ## every test: both interpreters, a real broker, a real browser
	$(BIN)/python tools/chromium.py
	$(BIN)/python tools/fonts.py
	$(BIN)/python tools/mosquitto.py
	$(BIN)/pytest $(PARALLEL) $(SLOWEST) --ignore tests/web --ignore tests/faults --ignore tests/package
	$(BIN)/pytest $(PARALLEL) $(SLOWEST) tests/web

package: .venv/dev ## sdist and wheel, and a hub from the wheel in a Python that has nothing else
	$(BIN)/pytest tests/package

soak: .venv/dev ## days and days of random bookings, on both databases; bad weather for panels; damaged files and requests
	CIRCLETIME_SOAK_DAYS=1000 $(BIN)/pytest --timeout=7200 tests/hub/bookings/test_never_overlap.py
	CIRCLETIME_SOAK_WEATHERS=500 $(BIN)/pytest --timeout=7200 tests/flows/test_any_weather.py
	CIRCLETIME_SOAK=20 $(BIN)/pytest --timeout=7200 tests/hub/analytics/test_reports_equal_slow_ones.py
	CIRCLETIME_SOAK=100 $(BIN)/pytest --timeout=7200 tests/hub/fuzz tests/hub/api/test_hostile_requests.py \
		tests/hub/bookings/test_calendar_series.py tests/hub/bookings/test_recurrence.py

endurance: .venv/dev ## do memory, file handles and sockets stay flat? CIRCLETIME_SOAK_MINUTES=480 for a night
	$(BIN)/python -m bench.endurance

faults: .venv/dev ## everything is killed, cut, filled and set wrong, ten times each, on one box and on a campus
	CIRCLETIME_FAULTS=10 CIRCLETIME_FAULTS_REPORT=bench/results/faults.json $(BIN)/pytest --timeout=7200 -s tests/faults

check: .venv/dev .venv/audited ## style, types, layers, spelling, and known holes in locked packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

.venv/audited: requirements.lock .venv/dev
	$(BIN)/python tools/audit.py
	@touch $@

audit: .venv/dev ## known holes in locked packages, as of today (needs the internet)
	$(BIN)/python tools/audit.py

fmt: .venv/dev ## write the code in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev ## what is measured, and against what
	$(BIN)/python -m bench

lighthouse: .venv/dev ## the app's first pages as Lighthouse judges them (needs Node and Chromium)
	$(BIN)/python -m bench.lighthouse

pictures: .venv/dev ## the pictures in docs/, taken anew by the browser tests
	CIRCLETIME_PICTURES=yes $(BIN)/pytest tests/web

lock: ## take newer versions into the two lock files (needs uv)
	uv pip compile pyproject.toml --upgrade --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --quiet -c requirements.lock -o requirements-dev.lock

.PHONY: help setup demo test package soak endurance faults check audit fmt bench lighthouse pictures lock
