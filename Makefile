# Two commands from an empty clone: `make demo` and `make test`. Python 3.11 or newer is all they need.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Spinning OpenMP threads collapse on shared cores.
export OMP_WAIT_POLICY := passive
export GOMP_SPINCOUNT := 0

# Tests of the service mostly wait for timers and processes: files run beside each other.
TOGETHER ?= 3
BESIDE := -n $(TOGETHER) --dist loadfile

.PHONY: baseline bench bench-length bench-summary browser screenshots chaos load postgres tesseract constraints demo test test-documents test-fast test-gpu test-vllm lint evaluate schema clean

demo: $(VENV)/.embedded weights  ## two real consultations, from audio to a note in JSON
	$(BIN)/anamnese demo --out demo-output

test: $(VENV)/.dev postgres browser tesseract weights weights-small lint  ## everything CI runs, real models included
	$(BIN)/pytest $(BESIDE) -m "not vllm and not chaos and not gpu"

baseline: $(VENV)/.dev weights  ## what is measured now becomes what may not fall: read the diff before you commit it
	$(BIN)/pytest -m gate --write-baseline

chaos: $(VENV)/.dev postgres  ## 200 jobs, 3 workers, everything killed at random, on SQLite and PostgreSQL
	$(BIN)/pytest -m chaos tests/service

load: $(VENV)/.dev postgres  ## what the service itself bears and costs; scripted engines
	$(BIN)/python -m tests.load
	$(BIN)/python -m tests.load --postgres

postgres:  ## what the tests of the service run on besides SQLite; without it they say so, loudly
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  || (apt-get update -qq && apt-get install -y -qq postgresql) \
	  || echo "NO POSTGRESQL: the tests that need it will be skipped"

browser:  ## what the tests of the page run in; without it they say so, loudly
	@command -v chromium >/dev/null \
	  || (apt-get update -qq && apt-get install -y -qq chromium) \
	  || echo "NO CHROMIUM: the tests of the page will be skipped"

tesseract:  ## what the test of scanned pages runs; without it the test says so, loudly
	@tesseract --list-langs 2>/dev/null | grep -qx fra \
	  || (apt-get update -qq && apt-get install -y -qq --no-install-recommends tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra) \
	  || echo "NO TESSERACT: the test that needs it will be skipped"

screenshots: $(VENV)/.dev browser  ## docs/screenshots/, to be looked at by a person
	$(BIN)/python -m tests.browser.screenshots

test-documents: $(VENV)/.dev  ## DOCX and PDF opened by LibreOffice and poppler; installs 300 MB
	@{ command -v soffice && command -v pdftoppm; } >/dev/null \
	  || (apt-get update -qq && apt-get install -y -qq --no-install-recommends libreoffice-writer-nogui poppler-utils) \
	  || echo "NO LIBREOFFICE OR POPPLER: the tests that need them will be skipped"
	$(BIN)/pytest tests/documents

test-fast: $(VENV)/.dev postgres browser tesseract  ## without real models
	$(BIN)/pytest $(BESIDE) -m "not slow and not vllm and not chaos and not gpu"

test-vllm: $(VENV)/.dev weights-small  ## the real vLLM server on the CPU; installs 3.5 GB
	$(BIN)/pytest -m vllm

# What it needs and the settings that it pins: docs/operations.md.
test-gpu: $(VENV)/.dev weights  ## on an NVIDIA card: large-v3-turbo, community-1, vLLM; prints what make bench prints
	$(BIN)/pytest -m gpu -s tests/gpu

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

DATA ?= evaluation/samples
evaluate: $(VENV)/.dev weights  ## figures for our samples; DATA=folder for others
	$(BIN)/anamnese evaluate $(DATA)

BENCH ?=
bench: $(VENV)/.dev weights  ## side by side with the peers, each in an environment of its own; BENCH="--rounds 5"
	$(BIN)/python -m bench $(BENCH)

bench-length: $(VENV)/.dev weights  ## 5, 15, 30, 60 and 120 minutes: time and peak memory; takes hours
	$(BIN)/python -m bench length $(BENCH)

bench-summary: $(VENV)/.dev weights  ## notes against their engine alone; strategies against each other
	$(BIN)/python -m bench summary $(BENCH)

.PHONY: weights weights-small
weights: $(VENV)/.embedded  ## fetched once, verified, kept in the user's cache
	$(BIN)/anamnese weights pull

weights-small: $(VENV)/.embedded  ## a tiny language model that only tests use
	$(BIN)/anamnese weights pull smollm2-135m-instruct

schema: $(VENV)/.embedded  ## docs that are written by code
	$(BIN)/anamnese schema docs/schema
	$(BIN)/anamnese settings > docs/settings.md

# torch is left out: which build is taken depends on the machine.
constraints: $(VENV)/.dev  ## the versions that are installed now become those that are tested
	{ sed '/^[^#]/d' constraints.txt; $(BIN)/pip freeze --exclude-editable | grep == | grep -vE '^(torch|pip|setuptools)=='; } > .constraints.new
	mv .constraints.new constraints.txt

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# torch first and alone, so that a CPU build is taken where pip is shown one.
$(VENV)/.embedded: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --progress-bar on "torch==2.13.0"
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt -e ".[embedded,records]"
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/.embedded
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt -e ".[embedded,records,transformers,service,documents,s3,parquet,traces,nvidia,evaluation,dev]"
	@touch $@

clean:
	rm -rf $(VENV) demo-output
