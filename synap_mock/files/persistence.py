"""The state of a fake in a database: read once, then every change is written."""

from __future__ import annotations

import json
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.export.batches import read_rejected, rejected_fields
from synap_mock.domain.export.lines import written
from synap_mock.domain.export.others import (
    OtherReader,
    compaction_line,
    deletion_line,
    document_line,
    event_line,
    memory_line,
    profile_line,
    transcript_line,
)
from synap_mock.domain.storage import rejected
from synap_mock.domain.storage.dump import Dump
from synap_mock.domain.storage.tracked import TrackedStorage
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.tracking import Tracked
from synap_mock.files.keys import instance_line, key_line, read_keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from synap_mock.domain.state import State
    from synap_mock.domain.storage.rejected import Rejected
    from synap_mock.files.sqlite import File, Write

_LINES: Final[Mapping[str, Callable[[Any, Any], list[Any]]]] = {
    "key": lambda _, issued: [key_line(issued)],
    "instance": lambda _, instance: [instance_line(instance)],
    "memory": lambda _, kept: [memory_line(kept.memory, kept.ready_at)],
    "document": lambda _, document: [document_line(document)],
    "profile": lambda scope, profile: [profile_line(scope, profile)],
    "transcript": lambda key, transcript: [transcript_line(key, transcript)],
    "compaction": lambda key, compactions: [compaction_line(key, each) for each in compactions],
    "deletion": lambda key, deletion: [deletion_line(key, deletion)],
    "event": lambda digest, _: [event_line(digest)],
    "truncated": lambda _, positions: [{"positions": positions}],
}
"""Name of a part to the lines of one of its items."""
_PUT_ITEM: Final = (
    "INSERT INTO items (world, part, key, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (world, part, key) DO UPDATE SET value = excluded.value"
)
_REMOVE_ITEM: Final = "DELETE FROM items WHERE world = ? AND part = ? AND key = ?"
_REMOVE_RECORD: Final = "DELETE FROM records WHERE world = ? AND number = ?"
_PUT_RECORD: Final = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)"
_PUT_UNRECORDED: Final = "INSERT INTO unrecorded (world, before, rejected) VALUES (?, ?, ?)"
_TRIM_UNRECORDED: Final = (
    "DELETE FROM unrecorded WHERE world = ? AND id <="
    " (SELECT id FROM unrecorded WHERE world = ? ORDER BY id DESC LIMIT 1 OFFSET ?)"
)
_PUT_FACT: Final = "INSERT OR REPLACE INTO facts VALUES (?, ?, ?)"


class Persistence:
    """One world's state in a database: it becomes what the database has of that world, and its changes are written.

    Args:
        state: the world's.
        world: its name.
        file: the database.
        changed: called with this when there is something to write.
        commit: writes what has changed in any world.
        own_keys: whether the keys of the state stay, and the first is the default; otherwise a world that the database
            has takes its keys from there.
    """

    def __init__(  # noqa: PLR0913 - a world, and what the database gives it
        self,
        state: State,
        world: str,
        file: File,
        changed: Callable[[Persistence], None],
        commit: Callable[[], Awaitable[None]],
        *,
        own_keys: bool,
    ) -> None:
        self._state = state
        self._world = world
        self._note = partial(changed, self)
        self._commit = commit
        self._parts: dict[str, tuple[dict[Any, Any], dict[Any, None], dict[Any, None]]] = {}
        """Name to the items, the keys of changed ones, and the keys of those that were removed meanwhile."""
        self._facts: dict[str, str] = {}
        self._store = TrackedStorage(state.ids, self._note)
        with state.lock:
            known = dict(file.read("SELECT name, value FROM facts WHERE world = ?", world))
            state.store = self._store
            if known:
                self._restore(file, known, own_keys=own_keys)
            for part in (self._store, state.keys, state.memories, state.transcripts, state.compactions):
                part.track(self._track)
            state.deletions.track(self._track)
            state.event_ids.track(self._track)
            self._starts = int(known.get("starts", "0")) + 1
        state.database = self
        self._note()

    def note(self) -> None:
        """Take note that the settings may have changed; see `Durable`."""
        self._note()

    async def committed(self) -> None:
        """Return once every change is on disk; see `Durable`."""
        await self._commit()

    def take_writes(self) -> list[Write]:
        """The statements that write what has changed since the last call."""
        with self._state.lock:
            return [*self._record_writes(), *self._item_writes(), *self._fact_writes()]

    def _restore(self, file: File, known: Mapping[str, str], *, own_keys: bool) -> None:
        state, world = self._state, self._world
        rows = list(
            file.read("SELECT number, record, alone, rejected FROM records WHERE world = ? ORDER BY number", world)
        )
        unrecorded = file.read("SELECT before, rejected FROM unrecorded WHERE world = ? ORDER BY id", world)
        truncated = file.read("SELECT key, value FROM items WHERE world = ? AND part = 'truncated' ORDER BY id", world)
        next_record, next_message = json.loads(known.get("next_numbers", "[0, 0]"))
        self._store.load(
            Dump(
                prefix=known["message_id_prefix"],
                mask=int(known["message_id_mask"]),
                records=[record for _, record, _, _ in rows],
                alone=bytes(alone for _, _, alone, _ in rows),
                partial={number: _rejected(text) for number, _, _, text in rows if text is not None},
                unrecorded=[(before, _rejected(text)) for before, text in unrecorded],
                numbers=[number for number, _, _, _ in rows],
                truncated={tuple(json.loads(key)): json.loads(value)["positions"] for key, value in truncated},
                next_record=next_record,
                next_message=next_message,
            )
        )
        self._store.take_changes()
        state.ids.diverge(f"{known['message_id_prefix']} {known['starts']}")
        reader, keys = OtherReader(), {}
        for part, key, value in file.read("SELECT part, key, value FROM items WHERE world = ? ORDER BY id", world):
            if part in {"key", "instance"}:
                keys[part, json.loads(key)] = json.loads(value)
                continue
            if part == "truncated":
                continue
            for line in value.splitlines():
                reader.read(line)
        reader.load(state)
        held, tenancies = read_keys(keys, known["default_key"], known["client_id"])
        state.keys.resume(held, tenancies, own=own_keys)

    def _track(self, name: str, items: dict[Any, Any]) -> dict[Any, Any]:
        changed: dict[Any, None] = {}
        removed: dict[Any, None] = {}

        def note(key: object) -> None:
            changed[key] = None
            if key not in tracked:
                removed[key] = None
            self._note()

        tracked = Tracked(items, note)
        self._parts[name] = tracked, changed, removed
        changed.update(dict.fromkeys(items))
        return tracked

    def _record_writes(self) -> list[Write]:
        changes = self._store.take_changes()
        world = self._world
        writes: list[Write] = []
        if changes.cleared:
            writes += [(f"DELETE FROM {table} WHERE world = ?", [(world,)]) for table in ("records", "unrecorded")]  # noqa: S608 - of these two
        if changes.numbers:
            stored = [(number, self._store.stored(number)) for number in changes.numbers]
            rows = [
                (world, number, each.record, each.alone, None if each.rejected is None else _text(each.rejected))
                for number, each in stored
                if each is not None
            ]
            evicted = [(world, number) for number, each in stored if each is None]
            writes += [write for write in ((_PUT_RECORD, rows), (_REMOVE_RECORD, evicted)) if write[1]]
        if changes.unrecorded:
            unrecorded = [(world, before, _text(rejected)) for before, rejected in changes.unrecorded]
            writes.append((_PUT_UNRECORDED, unrecorded))
            if self._store.dropped_batches:
                writes.append((_TRIM_UNRECORDED, [(world, world, rejected.UNRECORDED_BATCHES)]))
        return writes

    def _item_writes(self) -> list[Write]:
        removals, puts = [], []
        for name, (items, changed, removed) in self._parts.items():
            if not changed:
                continue
            lines = _LINES[name]
            removals += [(self._world, name, _key(key)) for key in removed]
            for key in changed:
                if key in items:
                    value = b"".join(map(written, lines(key, items[key])))
                    puts.append((self._world, name, _key(key), value))
            changed.clear()
            removed.clear()
        return [write for write in ((_REMOVE_ITEM, removals), (_PUT_ITEM, puts)) if write[1]]

    def _fact_writes(self) -> list[Write]:
        prefix, mask = self._state.ids.of_messages
        facts = {
            "message_id_prefix": prefix,
            "message_id_mask": str(mask),
            "default_key": self._state.keys.default,
            "client_id": self._state.keys.client_id,
            "starts": str(self._starts),
            "next_numbers": encode(self._store.next_numbers).decode(),
            "settings": encode(self._state.settings.as_dict()).decode(),
        }
        if facts == self._facts:
            return []
        self._facts = facts
        return [(_PUT_FACT, [(self._world, *fact) for fact in facts.items()])]


def _key(key: Any) -> str:  # noqa: ANN401 - any part's
    """A key as text, in JSON."""
    if isinstance(key, bytes):
        key = key.hex()
    return encode(key if isinstance(key, str | tuple) else astuple(key)).decode()


def _text(rejected: Rejected) -> str:
    return encode(rejected_fields(rejected)).decode()


def _rejected(text: str) -> Rejected:
    return read_rejected(json.loads(text), 0)
