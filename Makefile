# Tongchou. `make run` and `make test` do all set-up on a machine with Python 3.11 or newer, git, gcc and make.

BIN := .venv/bin
READY := .venv/.ready
CANDIDATES := python3.11 python3.12 python3.13 python3 python3.14 python
SUITABLE := import sys; sys.exit(sys.version_info < (3, 11))

.PHONY: help setup run calibrate validate figures paper docs lint test test-slow bench bench-check clean

help:
	@echo "make setup      build the environment in .venv (once)"
	@echo "make run        simulate the history; results and figures in results/history"
	@echo "make calibrate  estimate the behavioural parameters; goes on where it was stopped"
	@echo "make validate   hold the model against every target; results/validation/validation.html"
	@echo "make figures    draw the figures of results/history again"
	@echo "make paper      a whole study: runs, gallery, tables and index in results/paper (ten minutes)"
	@echo "make docs       the documentation with an executed notebook; build/docs/index.html"
	@echo "make lint       ruff and mypy"
	@echo "make test       the quick tests;  make test-slow: the others"
	@echo "make bench      the model's speed beside NumPy, Numba and C; docs/performance.md (ten minutes)"
	@echo "make bench-check  whether the model has become slower than its stored baseline (two minutes)"
	@echo "make clean      remove the environment and all caches; results stay"

setup: $(READY)

# The stamp is made last, so an interrupted set-up is taken up again.
$(READY): pyproject.toml
	@python=""; \
	for candidate in $(CANDIDATES); do \
		if "$$candidate" -c '$(SUITABLE)' 2>/dev/null; then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "make: Python 3.11 or newer is needed and none of these is it: $(CANDIDATES)" >&2; exit 1; \
	fi; \
	"$$python" -m venv .venv || { echo "make: $$python cannot make a virtual environment; on Debian and Ubuntu install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

run: setup
	$(BIN)/tongchou run history --figures --out results/history --force

calibrate: setup
	$(BIN)/tongchou calibrate estimate profiles posterior recovery ridge

validate: setup
	$(BIN)/tongchou validate

figures: setup
	$(BIN)/tongchou figures --results results/history

paper: setup
	$(BIN)/tongchou paper

docs: setup
	$(BIN)/python -m calibration.document
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "docs: build/docs/index.html"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: setup
	$(BIN)/pytest -n auto -m "not slow"

test-slow: setup
	$(BIN)/pytest -n auto -m slow

bench: setup
	$(BIN)/python -m benchmarks

bench-check: setup
	$(BIN)/python -m benchmarks --quick --check

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find abm calibration experiments tests -name __pycache__ -type d -prune -exec rm -rf {} +
