"""What workers share: a file of this machine, or a server of several hosts."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from synap_mock import __version__
from synap_mock.cli.errors import Failed
from synap_mock.replication.log import Log, StoreError, without_password
from synap_mock.replication.snapshots import Snapshot, dump
from synap_mock.replication.sqlite_log import SQLiteLog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synap_mock.domain.worlds import Worlds

_SEEDS = 2**32
"""Of PYTHONHASHSEED."""


class SharedLog(Log, Protocol):
    """A log that can begin."""

    def facts(self) -> dict[str, str]:
        """What `create` was given; empty: it has not been called."""

    def create(self, facts: dict[str, str], snapshot: bytes) -> None:
        """Begin the log with a state, unless it has begun."""


class Store(NamedTuple):
    """Where a log is.

    Attributes:
        place: the path of a SQLite file, or the address of a server.
    """

    place: str

    @property
    def is_server(self) -> bool:
        """Whether it is a server, which several hosts reach."""
        return "://" in self.place

    @property
    def name(self) -> str:
        """How errors name it."""
        return without_password(self.place)

    def open(self, news: int | None = None, others: tuple[int, ...] = ()) -> SharedLog:
        """Open the log.

        Args:
            news: as in `SQLiteLog`; a server has its own way.
            others: likewise.

        Raises:
            StoreError: it cannot be opened.
        """
        if not self.is_server:
            return SQLiteLog(Path(self.place), news, others)
        from synap_mock.replication.valkey_log import ValkeyLog  # noqa: PLC0415 - its library is an extra

        return ValkeyLog(self.place)


def begin(
    store: Store, make: Callable[[], Worlds], load: Path | None, options: Mapping[str, Any], given: set[str]
) -> Mapping[str, str]:
    """Begin a store, or check that it was begun by a server like this one.

    Args:
        store: the store.
        make: makes the worlds to begin with.
        load: what these were loaded with; None: nothing.
        options: those that every server of a store must have in common.
        given: the names of those that the command line or the environment gives.

    Returns:
        ``api_key``: the default key; ``hash_seed``: of Python's hashes, the same in every worker.

    Raises:
        Failed: it cannot be opened, or does not fit.
    """
    try:
        log = store.open()
        try:
            facts = log.facts()
            if not facts:
                worlds = make()
                facts = {
                    "synap-mock": __version__,
                    "python": _python(),
                    "hash_seed": str(secrets.randbelow(_SEEDS)),
                    "api_key": worlds.default.state.keys.default,
                    "options": json.dumps(options),
                }
                log.create(facts, dump(Snapshot(worlds, 0)))
                facts = log.facts()  # another server may have been faster
            elif load is not None:
                raise Failed(f"cannot load {load}: {store.name} has recorded data already; leave out --load")
        finally:
            log.close()
    except StoreError as error:
        raise Failed(str(error)) from None
    _check(facts, options, given)
    return facts


def _check(facts: Mapping[str, str], options: Mapping[str, Any], given: set[str]) -> None:
    for name, own in (("synap-mock", __version__), ("python", _python())):
        if facts[name] != own:
            raise Failed(
                f"the store was begun with {name} {facts[name]}, and this is {own}: "
                "workers of different versions cannot share it; begin a new one with an export (--load)"
            )
    began = json.loads(facts["options"])
    for name in sorted(given):
        own = json.loads(json.dumps(options[name]))
        if began.get(name) != own:
            option = f"--{name.replace('_', '-').removesuffix('s') if name == 'api_keys' else name.replace('_', '-')}"
            what = "another value" if name == "api_keys" else f"{began.get(name)!r}, not {own!r}"
            raise Failed(
                f"the store was begun with {option} {what}: leave the option out, or begin a new store; "
                "the control API changes settings and issues keys in all workers"
            )


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
