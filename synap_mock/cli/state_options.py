"""The options of ``synap-mock serve`` that say where recorded data comes from."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synap_mock.cli.checks import check_store, checked
from synap_mock.cli.errors import Failed
from synap_mock.cli.options import option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_mock.mock import SynapMock


def state_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    load = option(
        "--load",
        "load",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        show_default="nothing is recorded",
        help="Start with what `synap-mock export` has written to FILE.",
    )
    database = option(
        "--database",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        show_default="memory only",
        help="Keep what is recorded, and the keys, in FILE (SQLite). A call is answered once its changes are on disk.",
    )
    workers = option(
        "--workers",
        type=click.IntRange(1, 64),
        metavar="N",
        show_default="one process",
        help="Serve the same fake from N processes, which share --database FILE or --store URL.",
    )
    store = option(
        "--store",
        metavar="URL",
        callback=checked(check_store),
        show_default="none",
        help="Share the fake through a Valkey or Redis server, also with other hosts: valkey://HOST:PORT/0.",
    )
    described: Callable[..., Any] = load(database(workers(store(command))))
    return described


@contextmanager
def keeping(fake: SynapMock, database: Path | None, load: Path | None, *, own_keys: bool) -> Iterator[None]:
    """Keep a fake's state in a database, and begin with a file, where these are given; errors end the command.

    Args:
        fake: the fake.
        database: the database.
        load: what `synap-mock export` has written.
        own_keys: whether the fake was given its keys.
    """
    from synap_mock.files.database import kept_in  # noqa: PLC0415 - --help loads nothing but click

    state, worlds = fake._state, fake._worlds  # noqa: SLF001 - what the server serves
    kept = None
    with _flushed(), ExitStack() as stack:
        if database is not None:
            try:
                kept = stack.enter_context(kept_in(worlds, database, own_keys=own_keys, shared=True))
            except OSError as error:
                raise Failed(str(error)) from None
        if load is not None:
            if state.store.message_count or state.memories.all():
                raise Failed(f"cannot load {load}: {database} has recorded data already; leave out --load")
            load_file(fake, load)
            if kept is not None:
                kept.flush()
        yield


@contextmanager
def _flushed() -> Iterator[None]:
    """Report what could not be written at the end."""
    from synap_mock.files.sqlite import DatabaseError  # noqa: PLC0415 - as above

    try:
        yield
    except DatabaseError as error:
        raise Failed(f"{error}; changes since the last commit, whose calls received 503, are lost") from None


def load_file(fake: SynapMock, path: Path) -> None:
    """Begin with a file.

    Raises:
        Failed: it cannot be read, or a line is not accepted.
    """
    try:
        fake.load(path)
    except OSError as error:
        raise Failed(f"cannot load {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise Failed(f"cannot load {path}: {error}") from None
