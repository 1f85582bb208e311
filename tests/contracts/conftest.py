"""What the kit's tests need: a fake on a port that many runs share, and the zoo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from synap_contracts.client.spec import Spec
from synap_contracts.runs.run import Order, verify

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.runs.result import Run

ZOO = Path(__file__).parents[2] / "contracts" / "zoo"


@pytest.fixture(scope="session")
def fake_url() -> Iterator[str]:
    """A fake that runs share one after the other: each begins with a reset."""
    with SynapMock().serve() as server:
        yield server.url


@pytest.fixture(scope="session")
def zoo() -> Path:
    """The folder of the zoo, importable."""
    if str(ZOO) not in sys.path:
        sys.path.insert(0, str(ZOO))
    return ZOO


@pytest.fixture(scope="session")
def run(fake_url: str, zoo: Path) -> Callable[..., Run]:
    """A quick run of a Python client in this process, against the shared fake."""

    def quick(
        spec: str,
        *clauses: str,
        examples: int = 4,
        url: str = fake_url,
        in_process: bool = True,
        deadline_s: float = 5.0,
        **settings: str,
    ) -> Run:
        order = Order(
            Spec(spec, (str(zoo),), in_process),
            profile="quick",
            clauses=frozenset(clauses),
            examples=examples,
            url=url,
            deadline_s=deadline_s,
            **settings,  # type: ignore[arg-type]  # Order's own
        )
        return verify(order)

    return quick
