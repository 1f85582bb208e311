"""A database for a fake: it keeps every world."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from synap_mock.domain.access.keys import Keys
from synap_mock.domain.state import State
from synap_mock.domain.worlds import DEFAULT
from synap_mock.files.commits import Commits
from synap_mock.files.persistence import Persistence
from synap_mock.files.sqlite import TABLES, File
from synap_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synap_mock.domain.worlds import Worlds
    from synap_mock.files.sqlite import Write

_SETTINGS: Final = "SELECT world, value FROM facts WHERE name = 'settings' ORDER BY world"


@contextmanager
def kept_in(worlds: Worlds, path: Path, *, own_keys: bool = False, shared: bool = False) -> Iterator[Database]:
    """Keep the worlds of a fake in a file while the context is active.

    The fake becomes what the file has; then every change is written. Not kept are the settings of the default world,
    and of every world the clock, what is scheduled, the journal and the ledger.

    Args:
        worlds: the fake's; there is only the default one yet.
        path: of the file, which is created if it does not exist.
        own_keys: whether the keys of the fake stay, and the first is the default, in addition to those of the file.
        shared: whether calls share commits, for a server with an event loop of its own.

    Raises:
        DatabaseError: the file cannot be opened, is open in another process, or is not a database of synap-mock.
    """
    file = File(path)
    commits = Commits(file, shared=shared)
    database = Database(worlds, file, commits)
    try:
        database.restore(own_keys=own_keys)
        yield database
        commits.wait()
        database.flush()
    finally:
        worlds.database = None
        for world in worlds.all():
            world.state.database = None
        commits.close()


class Database:
    """Writes what changes in any world.

    Args:
        worlds: of the fake.
        file: the file.
        commits: writes to it.
    """

    def __init__(self, worlds: Worlds, file: File, commits: Commits) -> None:
        self._worlds = worlds
        self._file = file
        self._commits = commits
        self._lock = threading.RLock()
        self._kept: dict[str, Persistence] = {}
        self._changed: dict[Persistence, None] = {}
        self._dropped: list[Write] = []

    def restore(self, *, own_keys: bool) -> None:
        """Become what the file has; `kept_in` has the argument."""
        others = [(name, value) for name, value in self._file.read(_SETTINGS) if name != DEFAULT]
        self._keep(DEFAULT, self._worlds.default.state, own_keys=own_keys)
        self._worlds.resume(DEFAULT, self._worlds.default.state)
        for name, settings in others:
            state = State(Settings.of(**json.loads(settings)), lambda redactor: Keys(None, redactor))
            self._keep(name, state, own_keys=False)
            self._worlds.resume(name, state)
        self._worlds.database = self
        for world in self._worlds.all():
            world.state.make_room()
        self.flush()

    def flush(self) -> None:
        """Write every change, while no commit is under way.

        Raises:
            DatabaseError: it cannot be written.
        """
        self._commits.write_now(self._take_writes())

    def add(self, name: str, state: State) -> None:
        """Keep a new world."""
        self._keep(name, state, own_keys=True)

    def drop(self, name: str) -> None:
        """Remove a world."""
        with self._lock:
            self._changed.pop(self._kept.pop(name), None)
            self._dropped += [(f"DELETE FROM {table} WHERE world = ?", [(name,)]) for table in TABLES]  # noqa: S608 - of ours

    async def commit(self) -> None:
        """Return once every change of every world is on disk.

        Raises:
            DatabaseError: it cannot be written; the changes are kept, and written with the next ones.
        """
        await self._commits.add(self._take_writes())

    def _keep(self, name: str, state: State, *, own_keys: bool) -> None:
        def note(persistence: Persistence) -> None:
            self._changed[persistence] = None

        self._kept[name] = Persistence(state, name, self._file, note, self.commit, own_keys=own_keys)

    def _take_writes(self) -> list[Write]:
        with self._lock:
            writes, self._dropped = self._dropped, []
            changed, self._changed = self._changed, {}
            for persistence in changed:
                writes += persistence.take_writes()
        return writes
