"""Two ways to say the same: what the pages promise, and what SDK releases 0.5.10 and later are written for."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any, Final, Protocol

from synap_mock.domain.rules.rule import DESCRIBED, EntryRule, Scope
from synap_mock.domain.values.encoding import encode
from synap_mock.http.call import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_mock.domain.conversations.record import Outcome
    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.settings import Dialect


class Speaks(Protocol):
    """What a dialect has to put into words."""

    def batch(self, outcome: Outcome) -> bytes:
        """The body of a batch's 200."""

    def recorded(self, outcome: Outcome, session_id: str) -> bytes:
        """The body of *record one*'s 200."""

    def refused(self, refusals: Sequence[Refusal], route: str) -> Answer:
        """The answer where the whole request is refused; `route` is method and path."""


class Documented:
    """Exactly what the pages promise, no field more, so that nobody comes to rely on what they don't promise."""

    def batch(self, outcome: Outcome) -> bytes:
        """``results`` has one row per message, in submission order."""
        end = f'","recorded_at":"{outcome.recorded_at}"}}'
        rows = ['{"message_id":"' + message_id + end for message_id in outcome.message_ids]
        if outcome.refused:
            recorded = iter(rows)
            refused = {index: f'{{"error":{quoted(refusal.text)}}}' for index, refusal in outcome.refused.items()}
            rows = [refused.get(index) or next(recorded) for index in range(outcome.total)]
        return f"{_counts(outcome)}{','.join(rows)}]}}".encode("ascii")

    def recorded(self, outcome: Outcome, session_id: str) -> bytes:
        """The four documented fields."""
        return encode(_recorded(outcome, session_id))

    def refused(self, refusals: Sequence[Refusal], route: str) -> Answer:  # noqa: ARG002 - the pages' form doesn't name it
        """``{"error", "code", "details"}``."""
        rule = refusals[0].rule
        placed = rule.code == "INVALID_INPUT" or (rule.scope is Scope.CALL and refusals[0].path)
        details = {refusal.where: refusal.text for refusal in refusals} if placed else dict(refusals[0].details)
        body: dict[str, Any] = {"error": _summary(refusals), "code": rule.code, "details": details}
        if rule.coded_detail:
            body |= _coded_detail(refusals)
        return Answer(rule.status, encode(body), tuple(refusals))


class Observed:
    """What the parsers of SDK 0.5.10 and later read; errors as FastAPI makes them."""

    def batch(self, outcome: Outcome) -> bytes:
        """``results`` has the stored rows only, in input order; ``errors`` has the others, each with its index."""
        between = f'","recorded_at":"{outcome.recorded_at}","conversation_message_count":'
        rows = [
            f'{{"message_id":"{message_id}{between}{count}}}'
            for message_id, count in zip(outcome.message_ids, outcome.message_counts(), strict=True)
        ]
        text = f"{_counts(outcome)}{','.join(rows)}]"
        if outcome.refused:
            errors = [
                {"index": index, "error": refusal.text, "code": refusal.rule.code}
                for index, refusal in outcome.refused.items()
            ]
            text += f',"errors":{encode(errors).decode("ascii")}'
        return f"{text}}}".encode("ascii")

    def recorded(self, outcome: Outcome, session_id: str) -> bytes:
        """The documented fields and ``conversation_message_count``."""
        return encode(
            {
                **_recorded(outcome, session_id),
                "conversation_message_count": outcome.message_counts()[0],
            }
        )

    def refused(self, refusals: Sequence[Refusal], route: str) -> Answer:
        """``{"detail": …}``, of the kind that the status has."""
        first = refusals[0]
        status = first.rule.status_in("observed")
        if first.rule.schema_error:
            body: dict[str, Any] = {"detail": [_validation(refusal) for refusal in refusals]}
        elif first.rule.scope is Scope.ENTRY or first.rule.observed_code:
            body = _refused_entry(first, route)
        elif first.rule.coded_detail:
            body = _coded_detail(refusals)
        else:
            body = {"detail": first.rule.observed_detail or _summary(refusals)}
        return Answer(status, encode(body), tuple(refusals))


DIALECTS: Final[dict[Dialect, Speaks]] = {"documented": Documented(), "observed": Observed()}


def _counts(outcome: Outcome) -> str:
    failed = len(outcome.refused)
    return f'{{"total":{outcome.total},"succeeded":{outcome.total - failed},"failed":{failed},"results":['


def _recorded(outcome: Outcome, session_id: str) -> dict[str, Any]:
    return {
        "message_id": outcome.message_ids[0],
        "conversation_id": outcome.conversation_ids[0],
        "session_id": session_id,
        "recorded_at": outcome.recorded_at,
    }


def _summary(refusals: Sequence[Refusal]) -> str:
    first, more = refusals[0], len(refusals) - 1
    named = first.rule.scope is Scope.CALL and first.where not in ("", "body")
    text = f"{first.where} {first.text}" if named else first.text
    many = "at least " if len(refusals) >= DESCRIBED else ""
    return f"{text}; and {many}{more} more, in details" if more else text


def _coded_detail(refusals: Sequence[Refusal]) -> dict[str, Any]:
    return {"detail": {"code": refusals[0].rule.coded_detail, "message": _summary(refusals)}}


def _validation(refusal: Refusal) -> dict[str, Any]:
    kind, message = refusal.rule.schema_error or ("value_error", refusal.text)
    path = refusal.path if refusal.path[:1] == ("body",) else ("body", *refusal.path)
    return {"type": kind, "loc": list(path), "msg": message}


def _refused_entry(refusal: Refusal, route: str) -> dict[str, Any]:
    """The form of the one such answer that is public: customer_id on B2C (docs/evidence.md, Errors)."""
    code = refusal.rule.observed_code or refusal.rule.code.lower()
    message, fix = _summary((refusal,)), ""
    if (
        isinstance(refusal.rule, EntryRule) or refusal.rule.scope is Scope.CALL
    ):  # a test's own words for a rejection are left whole
        wrong, _, fix = message.rpartition("; ")
        message = f"{wrong}."
    return {
        "error": code,
        "message": message,
        "detail": {"code": code, "message": message, "where": route, "fix": fix},
    }
