"""Rules about compactions of conversations."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.rule import Evidence, Rule, Scope

COMPACTION_RUNNING = Rule(
    id="COMPACTION-RUNNING",
    statement="Compacting a conversation while a compaction of it runs.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source="SDK 0.4.0 and later, compact: a 409 that is not retried",
    code="COMPACTION_IN_PROGRESS",
    status=409,
    edit="wait until the running compaction is completed",
)
COMPACTION_FORMAT = Rule(
    id="COMPACTION-FORMAT",
    statement="A compacted context with another `format` than structured, narrative or injection.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source="the get_compacted page, Parameters",
    edit="read it with format structured, narrative or injection, or without it",
)
COMPACTION_VERSION = Rule(
    id="COMPACTION-VERSION",
    statement="A compacted context with a `version` that is not a whole number from 1.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source="the get_compaction_status page: a version number that increments",
    edit="read it with a version that is a whole number from 1, or without it",
)
COMPACTION_UNKNOWN = Rule(
    id="COMPACTION-UNKNOWN",
    statement="A compacted context before a compaction of the conversation is completed, or of a version that it does "
    "not have.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source="the get_compacted page (None if there is none); SDK, get_compacted: 404 is None",
    code="COMPACTION_NOT_FOUND",
    status=404,
    edit="compact the conversation first, and wait until it is completed",
)

RULES: Final[tuple[Rule, ...]] = (COMPACTION_RUNNING, COMPACTION_FORMAT, COMPACTION_VERSION, COMPACTION_UNKNOWN)
