"""The adapters, started for each test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from adapters.adapter import CURL, NODE, Adapter, start_adapter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEEDED = {"node": ("node",), "curl": ("bash", "curl", "jq")}


@pytest.fixture(scope="module", params=[pytest.param(NODE, id="node"), pytest.param(CURL, id="curl")])
def command(request: pytest.FixtureRequest) -> Sequence[str]:
    found: Sequence[str] = request.param
    for name in NEEDED["node" if found is NODE else "curl"]:
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def adapter(command: Sequence[str]) -> Iterator[Adapter]:
    with start_adapter(command) as adapter:
        yield adapter
