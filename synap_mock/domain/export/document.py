"""The use cases of exporting and importing a state, as JSON Lines. `docs/state.md` describes the format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.export.batches import (
    BATCH,
    EVICTED,
    MESSAGE,
    RECORDING,
    REMOVED,
    SINGLE,
    TRUNCATED,
    UNRECORDED,
    BatchReader,
    batch_lines,
)
from synap_mock.domain.export.instances import INSTANCE, InstanceReader, instance_lines
from synap_mock.domain.export.lines import checked, invalid, one_of, read, written
from synap_mock.domain.export.others import (
    COMPACTION,
    DELETION,
    DOCUMENT,
    EVENT,
    MEMORY,
    PROFILE,
    TRANSCRIPT,
    OtherReader,
    other_lines,
)
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from synap_mock.domain.export.lines import Fields, Kind
    from synap_mock.domain.state import State

VERSION: Final = 1
HEADER: Final = {"type": "synap-mock", "version": VERSION}
"""The first line."""
_HEADER: Final = {"version": one_of(VERSION)}
LINES: Final[Mapping[str, Mapping[str, Kind]]] = {
    "instance": INSTANCE,
    "recording": RECORDING,
    "batch": BATCH,
    "single": SINGLE,
    "unrecorded": UNRECORDED,
    "message": MESSAGE,
    "removed": REMOVED,
    "truncated": TRUNCATED,
    "evicted": EVICTED,
    "memory": MEMORY,
    "document": DOCUMENT,
    "profile": PROFILE,
    "transcript": TRANSCRIPT,
    "compaction": COMPACTION,
    "deletion": DELETION,
    "event": EVENT,
}
"""Type of a line to its fields."""


def export_state(state: State) -> Iterator[bytes]:
    """What a fake has recorded: messages, memories and everything else that its clients can read back.

    Not exported are keys, settings, the clock, what is scheduled, the journal and the ledger.

    Args:
        state: the fake. What it records after the first line is read is not in the export.

    Returns:
        Lines, each with its line feed.
    """
    with state.lock:
        dump = state.store.dump()
        others = list(other_lines(state))
        instances = list(instance_lines(state.keys))
    yield written(HEADER)
    for line in (*instances, *batch_lines(dump), *others):
        yield written(line)


def import_state(state: State, lines: Iterable[bytes]) -> None:
    """Replace what a fake has recorded by an export.

    The default instance takes the id of the export's default instance, so that the default key reads what was recorded
    with the default key. Keys, settings, the clock, what is scheduled, the journal and the ledger stay.

    Args:
        state: the fake.
        lines: of an export; empty ones are skipped.

    Raises:
        InvalidLineError: a line is not accepted; nothing was imported.
    """
    instances, batches, others = InstanceReader(), BatchReader(), OtherReader()
    readers: dict[str, Callable[[Fields, int], None]] = {
        name: getattr(next(each for each in (instances, batches, others) if hasattr(each, name)), name)
        for name in LINES
    }
    number = 0
    for number, line in enumerate(lines, 1):
        content = line.strip()
        if number == 1:
            _check_header(content)
        elif content:
            fields = read(content, number)
            name = fields.pop("type")
            if name not in LINES:
                raise invalid(number, f"unknown type {quote(name)}; expected {', '.join(LINES)}")
            readers[name](checked(fields, LINES[name], number), number)
    if number == 0:
        raise invalid(1, f"it must be the header, {_shown(HEADER)}; there is no line")
    dump = batches.dump()
    with state.lock:
        instances.load(state.keys)
        state.store.load(dump)
        others.load(state)
        state.make_room()
    state.feed.begin_again("import")


def _check_header(content: bytes) -> None:
    fields = read(content, 1)
    name = fields.pop("type")
    if name != HEADER["type"]:
        raise invalid(1, f"it must be the header, {_shown(HEADER)}; its type is {quote(name)}")
    checked(fields, _HEADER, 1)


def _shown(line: Mapping[str, Any]) -> str:
    return written(line).decode().strip()
