# Hedgerow. `make` alone says what there is; CI calls the same words.

PYTHON ?= python3
BIN := .venv/bin
# The runner needs nothing but Python; `exec` so that signals reach it and not a shell.
LOCAL := env PYTHONPATH=infra $(PYTHON) -m hedgerow_local
SETUP := $(LOCAL) setup >&2
MEMBERS := shared gateway services/orders services/inventory services/routing services/rma
LOCK := $(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-header --no-annotate --quiet --all-extras --group dev \
	$(addprefix --no-emit-package ,hedgerow hedgerow-gateway hedgerow-orders \
		hedgerow-inventory hedgerow-routing hedgerow-rma)

# Two processes, each with servers of its own, for the two cores that CI has.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup up down reset demo-token migrate audit test test-long lint fmt types contracts \
	schema docs bench lock image

help:
	@awk 'BEGIN { FS = ":.*## "; print "make TARGET, where TARGET is one of" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Run
setup: ## install what is missing: .venv, PostgreSQL with PostGIS, NATS
	@exec $(LOCAL) setup

up: ## start everything in the foreground; Ctrl-C stops it (HEDGEROW_PORT=8800)
	@exec $(LOCAL) up

down: ## stop what `make up` of this checkout started
	@exec $(LOCAL) down

reset: ## stop, and drop the local data
	@exec $(LOCAL) reset

demo-token: ## print a bearer token of a demo user: make demo-token USER=name
ifeq ($(origin USER),command line)
	@$(SETUP)
	@test -f .local/keys/dev-issuer.pem || { echo "no keys yet: run make up first" >&2; exit 1; }
	@HEDGEROW_DEV_ISSUER_KEY_FILE=.local/keys/dev-issuer.pem exec $(BIN)/hedgerow demo-token "$(USER)"
else
	@echo "usage: make demo-token USER=name" >&2; exit 2
endif

migrate: ## bring the four databases up to date
	@$(SETUP)
	@exec $(LOCAL) migrate

audit: ## verify the evidence of the local run: make audit [ARGS="--from-anchor 5"]
	@$(SETUP)
	@HEDGEROW_AUDIT_ARGS='$(ARGS)' exec $(LOCAL) audit

##@ Check
test: ## run the tests, files side by side: make test T=path or T=expression
	@$(SETUP)
	@$(BIN)/pytest -q -m "not long" $(if $(T),$(call chosen,$(T)),$(SIDE_BY_SIDE))

test-long: ## run the long forms of the tests
	@$(SETUP)
	@$(BIN)/pytest -q -m long $(call chosen,$(T))

lint: ## ruff, its formatting, and the import contracts
	@$(SETUP)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports

fmt: ## put the code into its form
	@$(SETUP)
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: ## mypy, strict, over all packages
	@$(SETUP)
	@$(BIN)/mypy

contracts: ## the import contracts alone
	@$(SETUP)
	@$(BIN)/lint-imports

bench: ## measure: make bench ONLY=name
	@$(SETUP)
	@PYTHONPATH=tests:infra exec $(BIN)/python -m benchmarks $(ONLY)

##@ Generate
schema: ## rewrite gateway/schema.graphql and gateway/subgraph.graphql
	@$(SETUP)
	@$(BIN)/python -m hedgerow_gateway schema

docs: ## rewrite docs/reference
	@$(SETUP)
	@$(BIN)/python tests/reference.py

lock: ## bring requirements.lock up to the members' needs: make lock [UPGRADE=1]
	@$(SETUP)
	@$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS))

image: ## build a container image: make image MEMBER=orders (needs Docker)
	@test -n "$(MEMBER)" || { echo "usage: make image MEMBER=orders|inventory|routing|rma|gateway" >&2; exit 2; }
	docker build --file infra/Dockerfile --build-arg MEMBER="$(MEMBER)" --tag "hedgerow-$(MEMBER)" .

# A path (before any ::) is given to pytest as it is, anything else as an expression.
chosen = $(if $(1),$(if $(wildcard $(firstword $(subst ::, ,$(1)))),$(1),-k "$(1)"))
