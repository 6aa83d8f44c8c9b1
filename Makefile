# Two commands: `make demo` and `make test`. Both make the environment first.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint format bench faults clean

demo: $(READY)
	$(BIN)/runner demo

test: $(READY)
	$(BIN)/dbt build --quiet --vars '{landing: example/landing}'
	$(BIN)/pytest -n 2 --dist loadfile

lint: $(READY)
	$(BIN)/sqlfmt --quiet --check .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/ruff check --quiet .

format: $(READY)
	$(BIN)/sqlfmt --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

bench: $(READY)
	$(BIN)/python bench/bench.py

faults: $(READY)
	PYTHONPATH=tests/python:. $(BIN)/python -m faults

clean:
	rm -rf $(VENV) target logs demo

$(READY): requirements.lock pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q runner
	touch $(READY)
