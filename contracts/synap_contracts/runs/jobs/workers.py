"""The workers of pytest-xdist share a run: its seed and its board."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from synap_contracts.runs.jobs.board import Board


def shared_seed(config: pytest.Config, chosen: int | None) -> int:
    """Return the seed: the chosen one, or a random one, which is the same in all workers of pytest-xdist."""
    if chosen is not None:
        return chosen
    worker = getattr(config, "workerinput", None)
    return random.Random(worker["testrunuid"] if worker else None).randrange(10**6)  # noqa: S311 - no secret


def shared_board(cls: type, request: pytest.FixtureRequest) -> Board | None:
    """Return the board on which the workers of pytest-xdist share the run of a class, or None without workers."""
    from synap_contracts.runs.jobs.board import FolderBoard  # noqa: PLC0415 - only loaded to test a client

    worker = getattr(request.config, "workerinput", None)
    if worker is None:
        return None
    # The folder of the workers' own folders: https://pytest-xdist.readthedocs.io/en/stable/how-to.html
    shared = request.getfixturevalue("tmp_path_factory").getbasetemp().parent
    folder: Path = shared / f"synap-contracts-{worker['testrunuid']}-{cls.__module__}.{cls.__qualname__}"
    folder.mkdir(exist_ok=True)
    return FolderBoard(folder)
