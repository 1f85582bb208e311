"""Every rule of the fake, about in the order in which a request meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.domain.rules import (
    bodies,
    credentials,
    entries,
    fields,
    reading,
    request,
    scopes,
)
from synap_mock.domain.rules.resources import compaction, context, erasure, memories, transcripts

if TYPE_CHECKING:
    from synap_mock.domain.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *credentials.RULES,
    *request.RULES,
    *fields.RULES,
    *entries.RULES,
    *reading.RULES,
    *bodies.RULES,
    *scopes.RULES,
    *memories.RULES,
    *transcripts.RULES,
    *erasure.RULES,
    *context.RULES,
    *compaction.RULES,
)
