# Everything here needs Python 3.11, pip and make, and works from a fresh clone. `make help` lists the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# PYTHON=... picks another interpreter; TORCH_INDEX=... takes torch from another index (say, a CUDA build).
PYTHON ?= python3.11
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT := out
JOB := configs/jobs/product-manager.yaml
MLFLOW ?= sqlite:///mlflow.db
# Two files at once, with a thread each, in the order of their names.
TESTS := OMP_NUM_THREADS=1 $(BIN)/pytest -m "not slow and not faults" -n 2 --dist loadfile --no-loadscope-reorder --durations=10

.PHONY: help setup demo serve messages test check coverage test-services test-slow test-faults lint format docs head bench bench-stages bench-web pictures retrain mlflow-ui clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv, install everything, bring the model weights; safe to repeat
	@$(BIN)/python -m interview_analysis.pipeline.common.system
	@$(BIN)/interview-analysis models fetch

demo: setup ## Make a synthetic sample, score it, print where the report lies
	@$(BIN)/python -m interview_analysis.pipeline.dev.demo $(OUT)/demo/sample.mp4
	@$(BIN)/interview-analysis score $(OUT)/demo/sample.mp4 --job $(JOB) --out $(OUT)/demo/report
	@echo "Report: $(CURDIR)/$(OUT)/demo/report/report.html"

test: setup lint ## Set up what is missing, check style and types, run all tests but the long ones
	$(TESTS)

check: test ## What CI runs: the same, and the wheel
	@sh .ci/check_wheel $(BIN)/python

coverage: setup ## Run the tests with their coverage, which takes a third longer; fails below 85 %
	$(TESTS) --cov --cov-report=term --cov-fail-under=85

test-services: setup ## Run the tests of the web application on PostgreSQL and Redis; starts what is not running
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.web.services

test-slow: setup ## Run the tests that take minutes
	$(BIN)/pytest -m slow

test-faults: setup ## Run the long tests of what is killed and disturbed: batches, an answer that is being recorded, the database
	$(BIN)/pytest -m faults -n 2 --dist loadfile

lint: $(READY) ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code and apply the fixes that are safe
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(READY) ## Write the pages and schemas that are made from the code
	$(BIN)/python -m interview_analysis.pipeline.dev.feature_docs docs/features.md
	$(BIN)/python -m interview_analysis.pipeline.dev.schemas configs/schemas
	$(BIN)/python -m interview_analysis.pipeline.dev.cli_docs docs/cli.md

messages: $(READY) ## Collect and compile the texts of the web application, after they were edited
	$(BIN)/python -m interview_analysis.web.dev.messages

serve: setup ## Start the web application with a made-up company in it; prints its address and a link to sign in
	$(BIN)/interview-analysis serve --demo

head: setup ## Fit again what the job parser has learned, after its library or labels were edited
	$(BIN)/python -m interview_analysis.pipeline.dev.job_training

bench: setup ## Measure speed and memory of scoring, of recognising words and voices, of parsing job descriptions and of batches
	$(BIN)/python -m interview_analysis.pipeline.dev.benchmark
	$(BIN)/python -m interview_analysis.pipeline.dev.job_benchmark
	$(BIN)/python -m interview_analysis.pipeline.dev.content_benchmark
	$(if $(INTERVIEW_ANALYSIS_SHARED_DATA),$(BIN)/python -m interview_analysis.pipeline.dev.recognition_benchmark \
		--data $(INTERVIEW_ANALYSIS_SHARED_DATA) && $(BIN)/python -m interview_analysis.pipeline.dev.diarization_benchmark \
		--data $(INTERVIEW_ANALYSIS_SHARED_DATA),@echo "Words and voices are measured where INTERVIEW_ANALYSIS_SHARED_DATA names the recordings")
	$(BIN)/python -m interview_analysis.pipeline.dev.batch_benchmark

bench-stages: setup ## Compare what each stage costs with .ci/stage_ratios.json: warns of a quarter more or less, in a minute
	@$(BIN)/python -m interview_analysis.pipeline.dev.stage_benchmark --against .ci/stage_ratios.json

bench-web: setup ## Measure the web application with 10,000 candidates in it, on SQLite and PostgreSQL, a 4 GB upload, and twenty who record
	$(BIN)/python -m interview_analysis.web.dev.benchmark --upload
	$(BIN)/python -m tests.web.services -- $(BIN)/python -m interview_analysis.web.dev.benchmark
	$(BIN)/python -m interview_analysis.web.dev.recording_benchmark

pictures: setup ## Make the pictures of docs/workbench.md and docs/candidates.md, in a real Chromium
	$(BIN)/python -m interview_analysis.web.dev.pictures docs/pictures
	$(BIN)/python -m interview_analysis.web.dev.candidate_pictures docs/pictures

retrain: setup ## What a scheduled job does: pull, repro, compare with the champion, promote what is better
	$(BIN)/interview-analysis learn retrain --out $(OUT)/retrain

mlflow-ui: setup ## Open the runs and models of mlflow.db in a browser (http://127.0.0.1:5000)
	$(BIN)/mlflow ui --backend-store-uri $(MLFLOW)

clean: ## Remove what was built and cached here, but not .venv
	rm -rf $(OUT) build dist .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path "./$(VENV)/*" -prune -exec rm -rf {} +

$(READY): pyproject.toml pipeline/dev/install_torch.py
	@sh .ci/make_venv "$(PYTHON)" $(VENV)
	@echo "Installing; the first time takes some minutes"
	@$(BIN)/python pipeline/dev/install_torch.py $(TORCH_INDEX)
	@test -t 1 || quiet=--quiet; $(BIN)/python -m pip install $$quiet --disable-pip-version-check -e ".[web,demo,dev]"
	@touch $@
