# make demo   makes the environment and runs the main job on the bundled agent
# make test   makes the environment and runs every test
# make test-live  the real Phoenix and MLflow, and the real clients of Langfuse and Datadog, installed beside the project and started here
# make check  lint, types and import contracts
# make manual the manual's pages of commands, written anew from the commands
# make pictures  the terminal pictures of the README, drawn anew from what commands print
# make torture  kills, crowds, canaries and full disks: what the tests try a few of, for half an hour (see tests/torture/__main__.py)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LIVE := .live
# no provider key of the user's shell may reach the demo or the tests
CLEAN := env $(foreach name,$(filter ANTHROPIC_% OPENAI_% CLAUDE_% LANGSMITH_% LANGCHAIN_% LANGFUSE_% PHOENIX_% MLFLOW_% DD_%,$(shell env | cut -d= -f1)),-u $(name))

.PHONY: demo test test-live check manual pictures torture

demo: $(READY)
	@$(CLEAN) $(BIN)/refinery demo

test: $(READY)
	@$(CLEAN) $(BIN)/pytest -n auto

torture: $(READY)
	@$(CLEAN) $(BIN)/python -m tests.torture

test-live: $(READY) $(LIVE)/.ready
	@$(CLEAN) REFINERY_LIVE=$(LIVE) $(BIN)/pytest tests/live -n 0

$(LIVE)/.ready: tests/live/requirements.txt
	@[ -d $(LIVE) ] || $(PYTHON) -m venv $(LIVE)
	@$(LIVE)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/live/requirements.txt
	@touch $(LIVE)/.ready

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

manual: $(READY)
	@$(BIN)/python -m refinery.cli.manual

pictures: $(READY)
	@$(CLEAN) $(BIN)/python -m refinery.cli.pictures

$(READY): pyproject.toml constraints.txt
	@./install $(PYTHON) $(VENV)
	@touch $(READY)
