"""Rules about reading a conversation back."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.rule import Evidence, Rule, Scope
from synap_mock.domain.rules.sources import PAGE

READ_CONVERSATION_ID = Rule(
    id="READ-CONVERSATION-ID",
    statement="Reading back an id that is not a UUID.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source=f"{PAGE}, Parameters (must be a valid UUID)",
    edit="read back with a UUID in the path",
)
READ_PAGE = Rule(
    id="READ-PAGE",
    statement="Reading back with a `start` or `limit` that is not a whole number from 1.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="SDK 0.5.11 and later: positions count from 1, pages of 500",
    edit="read back with start and limit whole numbers from 1, or without them",
)
READ_UNKNOWN = Rule(
    id="READ-UNKNOWN",
    statement="Reading back a conversation that the key's instance does not hold.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="403 seen by the vendor's JS exerciser; 404 is the project's choice",
    code="CONVERSATION_NOT_FOUND",
    status=404,
    observed_status=403,
    edit="record a message of the conversation first, with the same instance's key",
    observed_detail="Conversation not found or access denied",
)

RULES: Final[tuple[Rule, ...]] = (
    READ_CONVERSATION_ID,
    READ_PAGE,
    READ_UNKNOWN,
)
