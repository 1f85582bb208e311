"""The lines of everything that is recorded in addition to messages: one for each memory, document, profile, ….

A part of the state is exported by its `dump`, and imported by its `load`.
"""

from __future__ import annotations

import itertools
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any, Final, get_args

from synap_mock.domain.export.lines import (
    BOOLEAN,
    CONVERSATION,
    COUNT,
    MICROSECONDS,
    OBJECT,
    POSITIVE,
    TEXT,
    TEXTS,
    TIME,
    matching,
    one_of,
    read,
)
from synap_mock.domain.memories.deletions import Deletion
from synap_mock.domain.memories.memory import KINDS, Memory, Origin, Scope, Status
from synap_mock.domain.memories.recall.compactions import STRATEGIES, Compaction
from synap_mock.domain.memories.store import Document
from synap_mock.domain.memories.transcripts import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock.domain.export.lines import Fields, Kind
    from synap_mock.domain.state import State

_DIGITS: Final = "hexadecimal digits"
_SCOPE: Final = {
    "instance_id": TEXT,
    "customer_id": TEXT | None,
    "user_id": TEXT | None,
    "conversation_id": CONVERSATION | None,
}
_CONVERSATION: Final = {"instance_id": TEXT, "conversation_id": CONVERSATION}
MEMORY: Final[dict[str, Kind]] = {
    **_SCOPE,
    "memory_id": TEXT,
    "text": TEXT,
    "kind": one_of(*KINDS),
    "status": one_of(*get_args(Status)),
    "origin": one_of(*get_args(Origin)),
    "created_at": TIME,
    "updated_at": TIME | None,
    "document_id": TEXT | None,
    "ready_at": MICROSECONDS,
}
DOCUMENT: Final[dict[str, Kind]] = {
    "instance_id": TEXT,
    "ingestion_id": TEXT,
    "document_id": TEXT,
    "queued_at": MICROSECONDS,
    "ready_at": MICROSECONDS,
    "outcome": one_of(*get_args(Status)),
    "memory_ids": TEXTS,
    "error": TEXT | None,
    "rejected": BOOLEAN,
}
PROFILE: Final[dict[str, Kind]] = {**_SCOPE, "profile": OBJECT}
TRANSCRIPT: Final[dict[str, Kind]] = {
    **_CONVERSATION,
    "fingerprint": matching("(?:[0-9a-f]{2})*", _DIGITS),
    "ingestion_id": TEXT,
    "queued_at": MICROSECONDS,
}
COMPACTION: Final[dict[str, Kind]] = {
    **_CONVERSATION,
    "compaction_id": TEXT,
    "strategy": one_of(*STRATEGIES),
    "initiated_at": MICROSECONDS,
    "ready_at": MICROSECONDS,
    "message_count": COUNT,
    "last_position": COUNT,
    "began_at": TIME,
    "ended_at": TIME,
    "original_tokens": POSITIVE,
    "version": POSITIVE,
}
DELETION: Final[dict[str, Kind]] = {
    "instance_id": TEXT,
    "deletion_id": TEXT,
    "scope": TEXT,
    "messages": COUNT,
    "conversations": COUNT,
    "memories": COUNT,
    "profiles": COUNT,
}
EVENT: Final[dict[str, Kind]] = {"digest": matching("[0-9a-f]{32}", f"32 {_DIGITS}")}


def memory_line(memory: Memory, ready_at: int) -> Fields:
    """The line of a memory."""
    own = {name: getattr(memory, name) for name in MEMORY if name not in _SCOPE and name != "ready_at"}
    return {"type": "memory", **_scope_fields(memory.scope), **own, "ready_at": ready_at}


def document_line(document: Document) -> Fields:
    """The line of a document."""
    return {"type": "document", **{name: getattr(document, name) for name in DOCUMENT}}


def profile_line(scope: Scope, profile: Fields) -> Fields:
    """The line of a profile."""
    return {"type": "profile", **_scope_fields(scope), "profile": profile}


def transcript_line(key: tuple[str, str], transcript: Transcript) -> Fields:
    """The line of a conversation's transcript."""
    found = {**_data(transcript), "fingerprint": transcript.fingerprint.hex()}
    return {"type": "transcript", **dict(zip(_CONVERSATION, key, strict=True)), **found}


def compaction_line(key: tuple[str, str], compaction: Compaction) -> Fields:
    """The line of a conversation's compaction."""
    return {"type": "compaction", **dict(zip(_CONVERSATION, key, strict=True)), **_data(compaction)}


def deletion_line(key: tuple[str, str], deletion: Deletion) -> Fields:
    """The line of the record of an instance's erasure."""
    return {"type": "deletion", "instance_id": key[0], **_data(deletion)}


def event_line(digest: bytes) -> Fields:
    """The line of an accepted event."""
    return {"type": "event", "digest": digest.hex()}


def other_lines(state: State) -> Iterator[Fields]:
    """The lines of these parts of a state."""
    memories, documents, profiles = state.memories.dump()
    yield from itertools.starmap(memory_line, memories)
    yield from map(document_line, documents)
    yield from itertools.starmap(profile_line, profiles)
    yield from itertools.starmap(transcript_line, state.transcripts.dump().items())
    for key, compactions in state.compactions.dump().items():
        for compaction in compactions:
            yield compaction_line(key, compaction)
    yield from itertools.starmap(deletion_line, state.deletions.dump().items())
    yield from map(event_line, state.event_ids.dump())


class OtherReader:
    """Reads these lines, and gives them to the parts of a state."""

    def __init__(self) -> None:
        self._memories: list[tuple[Memory, int]] = []
        self._documents: list[Document] = []
        self._profiles: dict[Scope, Fields] = {}
        self._transcripts: dict[tuple[str, str], Transcript] = {}
        self._compactions: dict[tuple[str, str], tuple[Compaction, ...]] = {}
        self._deletions: dict[tuple[str, str], Deletion] = {}
        self._digests: list[bytes] = []

    def read(self, content: bytes) -> None:
        """Read a line that a database has kept."""
        given = read(content, 0)
        getattr(self, given.pop("type"))(given, 0)

    def memory(self, given: Fields, _: int) -> None:
        """Read a `memory`."""
        scope = _scope(given)
        ready_at = given["ready_at"]
        own = {name: given[name] for name in MEMORY if name not in _SCOPE and name != "ready_at"}
        self._memories.append((Memory(scope=scope, **own), ready_at))

    def document(self, given: Fields, _: int) -> None:
        """Read a `document`."""
        self._documents.append(Document(**{**given, "memory_ids": tuple(given["memory_ids"])}))

    def profile(self, given: Fields, _: int) -> None:
        """Read a `profile`."""
        self._profiles[_scope(given)] = given["profile"]

    def transcript(self, given: Fields, _: int) -> None:
        """Read a `transcript`."""
        key = given.pop("instance_id"), given.pop("conversation_id")
        self._transcripts[key] = Transcript(**{**given, "fingerprint": bytes.fromhex(given["fingerprint"])})

    def compaction(self, given: Fields, _: int) -> None:
        """Read a `compaction`."""
        key = given.pop("instance_id"), given.pop("conversation_id")
        self._compactions[key] = (*self._compactions.get(key, ()), Compaction(**given))

    def deletion(self, given: Fields, _: int) -> None:
        """Read a `deletion`."""
        key = given.pop("instance_id"), given["deletion_id"]
        self._deletions[key] = Deletion(**given)

    def event(self, given: Fields, _: int) -> None:
        """Read an `event`."""
        self._digests.append(bytes.fromhex(given["digest"]))

    def load(self, state: State) -> None:
        """Replace what the parts have."""
        state.memories.load(self._memories, self._documents, self._profiles)
        state.transcripts.load(self._transcripts)
        state.compactions.load(self._compactions)
        state.deletions.load(self._deletions)
        state.event_ids.load(self._digests)


def _data(value: Any) -> Fields:  # noqa: ANN401 - a dataclass
    return dict(zip((field.name for field in fields(value)), astuple(value), strict=True))


def _scope_fields(scope: Scope) -> Fields:
    return {name: getattr(scope, name) for name in _SCOPE}


def _scope(given: Fields) -> Scope:
    return Scope(**{name: given[name] for name in _SCOPE})
