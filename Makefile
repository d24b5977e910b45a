# Each target does all of its own set-up first (.ci/setup) and says what it does.
SHELL := /bin/bash
settings := $(shell env | sed -n 's/^\(IVR111_[A-Z0-9_]*\)=.*/\1/p' | paste -sd, -)
# Whoever may run `sudo make` may do anything: these settings are not what somebody smuggled through sudo.
root := $(if $(filter 0,$(shell id -u)),,sudo $(if $(settings),--preserve-env=$(settings)) env -u SUDO_UID)
# A network namespace of its own: two test runs on one machine never meet, and nothing leaves it.
apart := $(root) unshare --net -- sh -c 'ip link set lo up && exec "$$@"' sh
python := .venv/bin/python

.PHONY: help setup run test check demo bench drill lint hooks
help:
	@echo 'make run    the line, in the foreground, until Ctrl-C'
	@echo 'make test   all tests'
	@echo 'make check  ruff, mypy and the fast ring of the tests'
	@echo 'make demo   six calls, told as a timeline'
	@echo 'make bench  measurements beside their alternatives'
	@echo 'make drill  faults and loads too long for the tests'
	@echo 'make lint   ruff and mypy'
	@echo 'make hooks  ruff, mypy and quick tests before each commit'
	@echo 'make setup  only what the others need'

setup:
	@.ci/setup test
run:
	@.ci/setup run
	@exec $(root) .venv/bin/ivr111 run
test:
	@.ci/setup test
	@exec $(root) $(python) -m tests $(ARGS)
check:
	@.ci/setup test
	@exec .ci/check '$(root)'
demo:
	@.ci/setup test
	@exec $(apart) .venv/bin/ivr111 demo
bench:
	@.ci/setup test
	@exec $(apart) $(python) -m bench
drill:
	@.ci/setup test
	@exec $(root) $(python) -m tests -m drill $(ARGS)
lint:
	@.ci/setup run
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
hooks:
	@.ci/setup run
	@exec .ci/hooks/install
