# Each target makes .venv if it is missing and installs into it.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# The backends that are not installed by default; a CPU build will do.
TORCH ?= torch==2.13.0
JAX ?= jax
JOBS ?= 2
# What must hold on every backend.
ON_ALL = tests/layers tests/models tests/callbacks tests/inference tests/devices \
	tests/test_schedules.py tests/test_regularizers.py tests/test_constraints.py \
	tests/test_losses.py tests/test_optimizers.py tests/test_keras_own_training.py \
	tests/test_docstrings.py tests/checks/test_fitting.py

.PHONY: demo test test-all test-backends lint bench labs clean

demo: $(VENV)/installed
	$(BIN)/course-kit demo

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

# The slow suites whole: a million frames on the wire, every attack at every level, every
# hostile notebook, sixty kills.
test-all: $(VENV)/installed-test
	COURSE_KIT_ALL_TESTS=1 COURSE_KIT_FRAMES=1000000 $(BIN)/python -m pytest

# Most of jax's time goes into compiling what runs once: optimized less, in two processes, and not
# again where another test has compiled the same (all of it is kept, also what took no second).
test-backends: $(VENV)/installed-backends
	KERAS_BACKEND=jax XLA_FLAGS=--xla_backend_optimization_level=0 \
		JAX_COMPILATION_CACHE_DIR=$(abspath $(VENV))/jax-cache \
		JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES=-1 \
		$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ON_ALL)
	KERAS_BACKEND=torch $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ON_ALL)

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/course-kit build --check

bench: $(VENV)/installed-test
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

labs: $(VENV)/installed
	$(BIN)/course-kit build

$(VENV)/installed: setup.cfg
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -e .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install -q -e ".[test]"
	touch $@

$(VENV)/installed-backends: $(VENV)/installed-test
	$(BIN)/python -m pip install -q "$(TORCH)" "$(JAX)"
	touch $@

clean:
	rm -rf $(VENV) build course-kit-demo
