# make run    the system with its demo on http://127.0.0.1:8000
# make test   every test, on SQLite and on PostgreSQL + Redis
# make check  format, lint, types, import contracts, migrations, generated documents
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test check packages format docs messages lock bench help

help:
	@sed -n '1,/^PYTHON/{/^# make/s/^# //p}' Makefile

setup: .venv/.dev-ready

.venv/.ready: requirements.txt deploy/venv.sh
	@PYTHON=$(PYTHON) sh deploy/venv.sh requirements.txt
	@touch $@

.venv/.dev-ready: requirements-dev.txt deploy/venv.sh
	@PYTHON=$(PYTHON) sh deploy/venv.sh requirements-dev.txt
	@touch .venv/.ready $@

run: .venv/.ready
	@exec $(BIN)/python deploy/run.py

test: packages .venv/.dev-ready
	@exec $(BIN)/python -m tests.run

check: packages .venv/.dev-ready
	@exec $(BIN)/python deploy/check.py

packages:
	@sh deploy/test_packages.sh

format: .venv/.dev-ready
	$(BIN)/ruff format . && $(BIN)/ruff check --fix-only .

docs: .venv/.dev-ready
	@$(BIN)/python deploy/docs.py --write
	@$(BIN)/python deploy/translations.py --write

messages: .venv/.dev-ready
	$(BIN)/python manage.py messages

bench: .venv/.dev-ready
	@exec $(BIN)/python -m tests.benchmarks

COMPILE := pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock:
	$(BIN)/$(COMPILE) --output-file requirements.txt requirements.in
	$(BIN)/$(COMPILE) --allow-unsafe --output-file requirements-dev.txt requirements-dev.in
