# The commands people use. Each sets up what it needs on a machine with Python 3.11+, Node 20+ and make.

.DELETE_ON_ERROR:

GOOD_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c '$(GOOD_PYTHON)' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
FRONTEND := node_modules/.installed

VAR_DIR ?= $(CURDIR)/var
PORT ?= 8000
export VAR_DIR PORT
unexport PYTHONDONTWRITEBYTECODE  # what one process compiled, the next need not compile again

.PHONY: help run test check bench chaos format lock clean

help:
	@echo 'make run      Portal zum Ausprobieren starten (PORT=8000)'
	@echo 'make test     Alle Tests, die dieser Rechner ausführen kann (REQUIRE_ALL=1: fehlende sind ein Fehler; ARGS=tests/core)'
	@echo 'make check    Form, Typen, Schichten, Migrationen, Kataloge prüfen'
	@echo 'make bench    Geschwindigkeiten als Verhältnis zu einem Maßstab desselben Laufs messen (SECTIONS="outbox pages forms workbooks")'
	@echo 'make chaos    Versand unter Störungen messen: beendete Worker, verlorene Warteschlange, bockiger Mailserver (CHAOS_MAILS=200 CHAOS_KILLS=3)'
	@echo 'make format   Quelltext in Form bringen'
	@echo 'make lock     Abhängigkeiten neu festschreiben'
	@echo 'make clean    Alles Erzeugte entfernen, auch die Datenbank zum Ausprobieren'

# What has to be there

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'Es fehlt Python 3.11 oder neuer. Bitte installieren, oder mit PYTHON=/pfad/zu/python3 angeben.' >&2; exit 1; fi
	@"$(PYTHON)" -c '$(GOOD_PYTHON)' || { \
		echo "$(PYTHON) ist älter als Python 3.11. Bitte PYTHON=/pfad/zu/python3 mit einer neueren Fassung angeben." >&2; exit 1; }
	@echo 'Virtuelle Umgebung wird angelegt …'
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo 'Python kann keine virtuelle Umgebung anlegen. Unter Debian und Ubuntu fehlt dann das Paket python3-venv.' >&2; exit 1; }

$(RUNTIME): requirements.txt | $(VENV)/bin/python
	@echo 'Python-Pakete werden installiert …'
	@$(PIP) -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo 'Python-Pakete für Tests und Prüfungen werden installiert …'
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(RUNTIME)

$(FRONTEND): package.json package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null || { \
		echo 'Es fehlt Node.js 20 oder neuer (mit npm). Bitte installieren; es holt Gestaltung und Schriften.' >&2; exit 1; }
	@echo 'Pakete der Oberfläche werden installiert …'
	@npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

# What to do with it

run: $(RUNTIME) $(FRONTEND) | $(VENV)/bin/python
	@mkdir -p "$(VAR_DIR)"; [ -s "$(VAR_DIR)/secret_key" ] || ( umask 077; \
		$(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))' > "$(VAR_DIR)/secret_key" )
	@exec env DEMO=1 DEBUG=0 MAIL_BUNDLE_MINUTES=$${MAIL_BUNDLE_MINUTES:-1} $(BIN)/python manage.py portal

test: $(DEVELOPMENT) $(FRONTEND)
	@exec $(BIN)/python -m scripts.run_tests $(ARGS)

check: $(DEVELOPMENT) $(FRONTEND)
	@exec $(BIN)/python -m scripts.check

bench: $(DEVELOPMENT) $(FRONTEND)
	@exec $(BIN)/python -m scripts.bench $(SECTIONS)

chaos: $(DEVELOPMENT)
	@exec $(BIN)/python -m scripts.chaos

format: $(DEVELOPMENT)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(DEVELOPMENT)
	@$(BIN)/python -m pip install --quiet uv
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:
	@rm -rf $(VENV) node_modules "$(VAR_DIR)" build test-results
