# make demo and make test do all their own set-up, in .venv. PYTHON names the Python to make it with: 3.11 or newer.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP := .venv/bin/python -m pip --disable-pip-version-check --quiet

# Four workers on two cores: almost half of the time, a test waits. Each has a part of the tests of its own, so that
# they seldom need one module's fixtures.
PYTEST := .venv/bin/python -P -m pytest -p xdist -n 4 --dist worksteal

MATRIX := nice .venv/bin/python -P -m synap_contracts.releases --known-failures contracts/known-failures/official-sdk.toml \
	--page docs/generated/sdk-conformance.md --html dist/sdk-conformance.html

screenshots: .venv/.test ## writes docs/images/: the inspector's views, in Chromium
	PYTHONPATH=tests .venv/bin/python scripts/screenshots.py

.PHONY: screenshots demo test attack zoo lint types check bench soak integrations matrix matrix-all dist
.DEFAULT_GOAL := test

demo: .venv/.demo ## records 277,747 real messages through the official SDK, and reads them back
	.venv/bin/python demo/record_conversations.py

# The tests start some hundred processes: without bytecode, each of them would compile the project again.
test zoo: export PYTHONDONTWRITEBYTECODE =

test: .venv/.test
	$(PYTEST)

zoo: .venv/.test ## the rest of the tests: every client of the zoo, the official SDK's longest searches, a benchmark
	$(PYTEST) -m whole

attack: .venv/.test ## attacks servers for some minutes: memory, the latency of /health, fuzzed requests; ATTACK="--seed 7 --count 300000"
	.venv/bin/python -P -m pytest attacks -rP $(ATTACK)

lint: .venv/.check
	.venv/bin/ruff check
	.venv/bin/ruff format --check

types: .venv/.check
	.venv/bin/mypy

check: lint types test

matrix: .venv/.test ## writes docs/generated/sdk-conformance.md (and dist/sdk-conformance.html): what the official SDK's releases break, one of each group
	$(MATRIX)

matrix-all: .venv/.test ## the same of every release
	$(MATRIX) --all

# PYTHONS names more Pythons to try the wheel with: make dist PYTHONS="python3.11 python3.12 python3.13"
PYTHONS ?= .venv/bin/python

dist: .venv/.dist ## builds sdist and wheel into dist/, checks them, and tries the wheel in empty environments
	rm -f dist/*.whl dist/*.tar.gz
	.venv/bin/python -m build --outdir dist .
	.venv/bin/python -m twine check --strict dist/*.whl dist/*.tar.gz
	.venv/bin/python scripts/check_wheel.py dist/*.whl $(PYTHONS)
	.venv/bin/python scripts/check_container.py

bench: .venv/.bench ## writes benchmarks/RESULTS.md
	.venv/bin/python benchmarks/throughput.py
	.venv/bin/python benchmarks/fixture.py
	.venv/bin/python benchmarks/journal.py
	.venv/bin/python benchmarks/ledger_cost.py
	.venv/bin/python benchmarks/bounds.py
	.venv/bin/python benchmarks/sdk_object.py
	.venv/bin/python benchmarks/workers.py
	PYTHONPATH=tests .venv/bin/python benchmarks/inspector.py

soak: .venv/.test ## soaks a server in conversations, keys and stalled clients; writes benchmarks/RESULTS.md; SOAK=--full for a release
	.venv/bin/python benchmarks/soak.py $(SOAK)

integrations: .venv-integrations/.made ## the vendor's integrations, in an environment of their own: 1.1 GB
	.venv-integrations/bin/python -P -m pytest tests/integrations

.venv-integrations/.made: pyproject.toml tests/integrations/constraints.txt
	@test -n "$(PYTHON)" || { echo 'synap-mock needs Python 3.11 or newer: make PYTHON=/path/to/python3'; exit 1; }
	$(PYTHON) -m venv .venv-integrations
	.venv-integrations/bin/python -m pip --disable-pip-version-check --quiet install 'pip==26.3'
	.venv-integrations/bin/python -m pip --disable-pip-version-check --quiet install \
		--constraint tests/integrations/constraints.txt --editable . --group integrations
	# It requires every provider of pydantic-ai, some of them older than what the others accept; it imports none.
	.venv-integrations/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
		--constraint tests/integrations/constraints.txt maximem-synap-pydantic-ai
	@touch $@

.venv/.check: .venv/.test

.venv/.%: pyproject.toml constraints.txt | .venv/.made
	$(PIP) install --constraint constraints.txt --editable . --group $*
	@touch $@

.venv/.made:
	@test -n "$(PYTHON)" || { echo 'synap-mock needs Python 3.11 or newer: make PYTHON=/path/to/python3'; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) install 'pip==26.3'
	@touch $@
