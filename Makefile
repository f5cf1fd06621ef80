# Every target does its own set-up (tools/setup.sh): a fresh clone needs Python 3.11 or newer, make, and nothing else.
SHELL := bash
PY := .venv/bin/python
WORKERS ?= 2
COMPILE := $(PY) -m uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--upgrade --quiet --custom-compile-command "make lock"

.DEFAULT_GOAL := help
STUDIES := sweep-seeds-v2 sweep-seeds-v2-other-orbits generalisation sweep-architecture-batch_size-v1 sweep-segment-ratio \
	sweep-screening sweep-best
TEST_ORBITS := single simple complex

.PHONY: help app test test-slow lint format bench sweep studies findings screenshots lock clean setup-app setup-dev

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

app: setup-app ## open the app in the browser (PORT=8501)
	@$(PY) -m streamlit run app.py $(if $(PORT),--server.port=$(PORT))

test: lint ## lint, types, import rules, then all tests but the slow ones (ARGS="-k orbits" for some; WORKERS=2)
	@$(PY) -m pytest -n $(WORKERS) $(ARGS)

test-slow: lint ## the same with the slow tests
	@$(PY) -m pytest -n $(WORKERS) -m "" $(ARGS)

lint: setup-dev ## style, types and who may import whom
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: setup-dev ## mend the style where that can be done by machine
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

bench: setup-dev ## run the benchmarks (NAME=train_step for one of them)
	@set -e; for file in $(if $(NAME),benchmarks/$(NAME).py,$$(grep -l __main__ benchmarks/*.py)); do \
		$(PY) -m "benchmarks.$$(basename "$$file" .py)" $(ARGS); \
	done

sweep: setup-app ## train a sweep, FILE=runner/sweeps/quickstart.yaml (ARGS="--wandb online" for options)
	@$(PY) -m runner sweep $(FILE) $(ARGS)

studies: setup-app ## train and measure all studies; again goes on where it stopped (ARGS="--store DIR")
	@set -e; for study in $(STUDIES); do $(PY) -m runner plan "runner/sweeps/$$study.yaml" | sed -n '1p;$$p'; done
	@set -e; for study in $(STUDIES); do $(PY) -m runner sweep "runner/sweeps/$$study.yaml" --resume $(ARGS); done
	@$(PY) -m runner evaluate --group generalisation --grid \
		$(foreach family,$(TEST_ORBITS),--dataset $(family)_TBP_planar_100_test) $(ARGS)

findings: setup-dev ## write FINDINGS.md and its pictures from the run store
	@$(PY) -m tools.findings $(ARGS)

screenshots: setup-dev ## picture every page into screenshots/
	@$(PY) -m tests.browser.screenshots

lock: setup-dev ## renew both lock files from requirements.txt and requirements-dev.txt
	$(COMPILE) requirements.txt -o requirements.lock
	$(COMPILE) requirements-dev.txt -c requirements.lock -o requirements-dev.lock

clean: ## remove .venv and every cache (not the run store, not the W&B runs)
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup-app:
	@tools/setup.sh app

setup-dev:
	@tools/setup.sh dev
