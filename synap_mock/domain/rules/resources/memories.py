"""Rules about memories and their documents."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.rule import Evidence, Rule, Scope
from synap_mock.domain.rules.sources import PROJECT

MEMORY_UNKNOWN = Rule(
    id="MEMORY-UNKNOWN",
    statement="A memory that the key's instance does not have.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    code="MEMORY_NOT_FOUND",
    status=404,
    edit="store the memory first, with the same instance's key",
)
INGESTION_UNKNOWN = Rule(
    id="INGESTION-UNKNOWN",
    statement="The status of an ingestion that the key's instance did not start.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    code="INGESTION_NOT_FOUND",
    status=404,
    edit="create the memory first, with the same instance's key",
)

FORGET_USER = Rule(
    id="FORGET-USER",
    statement="A request to forget that does not name one user (an empty `user_id` counts as none).",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source="SDK 0.6.9, memories.forget (400, not scoped to one user)",
    edit="send user_id",
)
UPLOAD_FORM = Rule(
    id="UPLOAD-FORM",
    statement="An upload whose body is not a form: neither `multipart/form-data` nor "
    "`application/x-www-form-urlencoded`, or malformed.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="SDK 0.6.9, memories.create_from_file; how Starlette answers",
    edit="send the fields as a form",
    observed_detail="There was an error parsing the body",
)
UPLOAD_SOURCE = Rule(
    id="UPLOAD-SOURCE",
    statement="An upload with neither a `file` nor a `text`, with both, or with a `file` that has no file name.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="SDK 0.6.9, memories.create_from_file (exactly one)",
    edit="send one of file and text",
)

RULES: Final[tuple[Rule, ...]] = (MEMORY_UNKNOWN, INGESTION_UNKNOWN, FORGET_USER, UPLOAD_FORM, UPLOAD_SOURCE)
