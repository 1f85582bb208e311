"""Which text a client changes. The same change in several fields has one cause: what cleans a whole request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_contracts.clauses.judge import submitted_messages
from synap_contracts.clauses.sending import CLAUSE_OF_FIELD, SEND_ATTRIBUTION, SEND_CONTENT, SEND_METADATA
from synap_contracts.observation.comparison import compare, field_of, new_messages
from synap_contracts.observation.expected import OPTIONAL_STRINGS
from synap_contracts.scenarios.messages import message
from synap_contracts.scenarios.model import one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.runs.result import Counterexample
    from synap_contracts.scenarios.model import Scenario

Json = Any


def changed_text(example: Counterexample) -> tuple[str, Json] | None:
    """Return the first text of an example that the client changed, and what the server received, or None."""
    violation = example.violation
    for step in example.observation.steps:
        comparison = compare(submitted_messages(step), new_messages(step.before, step.after))
        for each, stored, names in comparison.changed:
            for name in names:
                if each.call == violation.call and CLAUSE_OF_FIELD[name] == violation.clause:
                    return _difference(field_of(each.entry, name), field_of(stored.record.entry, name))
    return None


def _difference(before: Json, after: Json) -> tuple[str, Json] | None:
    """Return the first text that differs, in values or in keys."""
    match before, after:
        case str(), _:
            return (before, after) if before != after else None
        case dict(), dict() if before.keys() != after.keys():
            lost, new = (
                [key for key in one_ if key not in other] for one_, other in ((before, after), (after, before))
            )
            return (lost[0], new[0] if new else None) if lost else None
        case dict(), dict():
            return next(filter(None, (_difference(each, after[key]) for key, each in before.items())), None)
        case list(), list():
            return next(filter(None, map(_difference, before, after)), None)
    return None


def with_text(clause: ClauseId, text: str) -> Iterator[Scenario]:
    """Yield messages with a text in the fields that a clause is about, under each role."""
    for number in range(2):
        match clause:
            case SEND_CONTENT.id:
                yield one(message(number, content=text))
            case SEND_ATTRIBUTION.id:
                yield from (one(message(number, 0, **{name: text})) for name in OPTIONAL_STRINGS)
            case SEND_METADATA.id:
                yield from (one(message(number, metadata=value)) for value in ({"a": text}, {text: 1}))
