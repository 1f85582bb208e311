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

RULES: Final[tuple[Rule, ...]] = (MEMORY_UNKNOWN, INGESTION_UNKNOWN)
