"""Fixtures for the kit's tests: a fake on a port that many runs share, and the zoo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from synap_contracts.clauses.clause import ClauseId
from synap_contracts.client.spec import Spec
from synap_contracts.runs.run import RunOptions, run_client

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.runs.result import Run

ZOO = Path(__file__).parents[2] / "contracts" / "zoo"


@pytest.fixture(scope="session")
def fake_url() -> Iterator[str]:
    """A fake that runs use one after the other. Each begins with a reset."""
    with SynapMock().serve() as server:
        yield server.url


@pytest.fixture(scope="session")
def zoo() -> Path:
    """The folder of the zoo, on the module search path."""
    if str(ZOO) not in sys.path:
        sys.path.insert(0, str(ZOO))
    return ZOO


@pytest.fixture(scope="session")
def run(fake_url: str, zoo: Path) -> Callable[..., Run]:
    """Runs a Python client in this process with the quick profile, against the shared fake."""

    def quick(
        spec: str,
        *clauses: str,
        examples: int = 4,
        url: str = fake_url,
        in_process: bool = True,
        deadline_s: float = 5.0,
        **settings: str,
    ) -> Run:
        options = RunOptions(
            Spec(spec, (str(zoo),), in_process),
            profile="quick",
            clauses=frozenset(map(ClauseId, clauses)),
            examples=examples,
            url=url,
            deadline_s=deadline_s,
            **settings,  # type: ignore[arg-type]  # fields of RunOptions
        )
        return run_client(options)

    return quick
