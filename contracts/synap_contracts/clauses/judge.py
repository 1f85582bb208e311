"""The verdicts on a scenario: every clause is looked at in every scenario, whatever it was played for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import secrets, trouble
from synap_contracts.clauses.answers import Known, claims, failed_row, formal, read
from synap_contracts.clauses.foreign import passed_on
from synap_contracts.clauses.recorded import asked_by, beside_the_calls, of_call
from synap_contracts.client.protocol import Hung, Raised, Returned
from synap_contracts.observation.comparison import Asked, Placed, compare, grown
from synap_contracts.observation.expected import broken_clause, canonical, refused, wide_clause
from synap_contracts.observation.finding import Finding, shown, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from synap_contracts.observation.observed import CallSeen, Event, Observation

_LOOPS: Final = 3
"""So many calls tell a client that fails in every other event loop from one that fails in all."""

REASON = "refused by the test"
"""What the server is told to say of an entry that it shall refuse."""


def judge(observation: Observation) -> list[Finding]:
    """What a scenario shows to be broken, the first finding of each clause."""
    found: dict[str, Finding] = {}
    for finding in _all(observation):
        found.setdefault(finding.clause, finding)
    return list(found.values())


def _all(observation: Observation) -> Iterator[Finding]:
    past: list[CallSeen] = []
    for event in observation.events:
        yield from _event(observation, event, past)
        past += event.calls
    yield from _of_no_use_again(observation)
    yield from _answers_altered(observation)
    yield from secrets.leaked(observation)


def _event(observation: Observation, event: Event, past: list[CallSeen]) -> Iterator[Finding]:
    refusals = {seen.number: refused_indexes(seen) for seen in event.calls}
    asked = [
        Asked(seen.number, index, entry, seen.key.instance_id, optional=index in refusals[seen.number])
        for seen in event.calls
        if not seen.barred and seen.at == "server"
        for index, entry in enumerate(seen.messages)
        if broken_clause(entry) is None and canonical(entry["conversation_id"])
    ]
    comparison = compare(asked, grown(event.before, event.after))
    by_id = {row.message_id: Placed(place, row) for place, rows in event.after.items() for row in rows}
    earlier = frozenset(row.message_id for rows in event.before.values() for row in rows)
    for seen in event.calls:
        known = Known(
            comparison,
            by_id,
            earlier,
            frozenset(refusals[seen.number]),
            REASON if seen.refused else None,
            frozenset(comparison.likeness(each.entry) for each in asked if each.call != seen.number),
        )
        findings = [*_changed_input(seen), *_call(seen, known, observation), *of_call(seen, comparison)]
        findings += _after_others(seen, findings, [*past, *event.calls])
        # Where a client may refuse, it is asked what it recorded: how rows look is seen in calls that each has to take.
        lenient = seen.call.loop == "own" or seen.call.given != "list" or wide_clause(seen.messages) is not None
        for finding in findings:
            if lenient and formal(finding):
                continue
            yield from _mapped(finding, seen, observation, recorded=any(n == seen.number for n, _ in comparison.kept))
    yield from _shared_ids(event)
    beside = event.calls[0]
    for finding in beside_the_calls(event, comparison, past):
        yield from _mapped(finding, beside, observation)


def _shared_ids(event: Event) -> Iterator[Finding]:
    """Two calls at once that were told of one recorded message."""
    told: dict[str, int] = {}
    for seen in event.calls:
        answer = seen.told.answer if isinstance(seen.told, Returned) else None
        rows = answer.get("results") if isinstance(answer, dict) else None
        for row in rows if isinstance(rows, list) else ():
            id_ = row.get("message_id") if isinstance(row, dict) else None
            if isinstance(id_, str) and told.setdefault(id_, seen.number) != seen.number:
                yield Finding(
                    "RES-CALLS", f"calls {told[id_]} and {seen.number} were told the same message_id {shown(id_)}", None
                )


def _of_no_use_again(observation: Observation) -> Iterator[Finding]:
    """A client that works in the first of several event loops, and in no other."""
    alone = [seen for seen in observation.calls if seen.call.loop == "own" and seen.messages]
    if len(alone) >= _LOOPS and not any(isinstance(seen.told, Returned) for seen in alone[1:]):
        sentence = (
            f"of {len(alone)} calls, each in an event loop of its own, all but the first failed: {told(alone[1])}"
        )
        yield Finding("REUSE", sentence, alone[1].number, ("answer",))


def _answers_altered(observation: Observation) -> Iterator[Finding]:
    """Answers that are not any more what their callers got."""
    for each in observation.altered:
        whose = "an earlier call's answer" if each.call is None else f"call {each.call}'s answer"
        then = "the client was closed" if each.by is None else f"call {each.by} had ended"
        yield Finding("RES-CALLS", f"{whose} changed under its caller: {each.at} was another once {then}", each.by)


def refused_indexes(seen: CallSeen) -> set[int]:
    """The entries of a call that the server refuses: as it was told to, or for what they mean."""
    meant = {
        index
        for index, entry in enumerate(seen.messages)
        if broken_clause(entry) is None and refused(entry, seen.tenancy)
    }
    return meant | seen.refused


def _changed_input(seen: CallSeen) -> Iterator[Finding]:
    if isinstance(seen.told, Returned | Raised) and seen.told.changed and seen.call.given == "list":
        yield Finding(
            "SEND-INPUT", f"your client changed the caller's {seen.told.changed}", seen.number, (seen.told.changed,)
        )


def _call(seen: CallSeen, known: Known, observation: Observation) -> Iterator[Finding]:
    """What the caller was told."""
    broken = next(filter(None, map(broken_clause, seen.messages)), None)
    if seen.at == "nobody":
        yield from trouble.unreachable(seen)
    elif seen.at == "bystander" or (seen.kind in {"newline", "accented"} and not isinstance(seen.told, Returned)):
        return  # whatever becomes of it, it only must not tell the key
    elif seen.barred:
        yield from _without_key(seen)
    elif broken:
        yield from _invalid(seen, broken, known)
    elif not seen.struck and seen.call.trouble and seen.call.trouble.short and not isinstance(seen.told, Returned):
        return  # a client with a short timeout may give up, whatever the server does
    elif seen.trouble and seen.trouble.rows is not None and isinstance(seen.told, Returned):
        yield from passed_on(seen, seen.told.answer, seen.trouble.rows, known.by_id)
    elif seen.trouble and not seen.trouble.slow:
        yield from trouble.judged(seen, known, observation.overheard)
    else:
        yield from _healthy(seen, known)


def _without_key(seen: CallSeen) -> Iterator[Finding]:
    clause = {"unknown": "AUTH-INVALID", "missing": "AUTH-MISSING"}.get(seen.kind, "AUTH-REVOKED")
    which = {"unknown": "with a wrong key", "missing": "without a key"}.get(seen.kind, "after its key was revoked")
    if not (isinstance(seen.told, Raised) and seen.told.is_a("AuthenticationError")):
        yield Finding(clause, f"{which}, {told(seen)}; it has to raise AuthenticationError", seen.number, ("answer",))


def _invalid(seen: CallSeen, clause: str, known: Known) -> Iterator[Finding]:
    bad = {index: found for index, entry in enumerate(seen.messages) if (found := broken_clause(entry))}
    at = tuple(f"messages[{index}]" for index in bad)
    match seen.told:
        case Raised() as raised if raised.is_a("InvalidInputError"):
            if any(key[0] == seen.number for key in known.comparison.kept) or known.comparison.strange:
                yield Finding(
                    "IN-ATOMIC",
                    "your client raised InvalidInputError, and part of the call is recorded",
                    seen.number,
                    at,
                )
        case Returned(answer={"results": [*rows]}) if clause == "IN-TYPES" and len(rows) == len(seen.messages):
            for index in bad:
                if not failed_row(rows[index]):
                    yield Finding(
                        clause,
                        f"messages[{index}] has a field of a wrong type, and your client told success",
                        seen.number,
                        (f"messages[{index}]", f"answer.results[{index}]"),
                    )
        case _:
            what = {"IN-KEYS": "lacks a required key", "IN-ROLE": "has an invalid role"}.get(
                clause, "has a field of a wrong type"
            )
            or_row = " or give a failed row" if clause == "IN-TYPES" else ""
            yield Finding(
                clause,
                f"messages[{min(bad)}] {what}, and {told(seen)}; it has to raise InvalidInputError{or_row}",
                seen.number,
                at,
            )
    made = next((each for each in known.comparison.strange if _made_of(seen.messages[min(bad)], each)), None)
    if made and set(bad.values()) == {"IN-TYPES"}:
        yield Finding(
            "IN-TYPES",
            f"your client changed {shown(seen.messages[min(bad)])} into {_recorded_as(made)}",
            seen.number,
            at,
        )


def _made_of(entry: object, placed: Placed) -> bool:
    """Whether a recorded message may be what a client made of an entry that it should have refused."""
    if not isinstance(entry, dict):
        return True
    same_place = canonical(entry.get("conversation_id")) == placed.place[1]
    return same_place or entry.get("content") == placed.record.entry["content"]


def _recorded_as(placed: Placed) -> str:
    return shown({key: value for key, value in placed.record.entry.items() if key in {"role", "content", "metadata"}})


SUSPECT = frozenset({"ACCEPT", "RES-TOTAL", "RES-COUNTS", "RES-ROWS", "RES-FAILURE", "RES-SUCCESS"})
"""What is broken by an answer that still speaks of an earlier call."""


def _after_others(seen: CallSeen, findings: list[Finding], past: list[CallSeen]) -> list[Finding]:
    """What a call breaks only because of what came before it, or runs beside it."""
    before = [each for each in past if each.call.client == seen.call.client and each is not seen]
    if not before or seen.trouble or seen.call.loop == "own" or any(map(broken_clause, seen.messages)):
        return []
    if not seen.messages or seen.call.given != "list" or wide_clause(seen.messages):
        return []  # a client may refuse these, whenever it is called
    return [
        replace(
            each,
            clause="RES-CALLS",
            sentence=f"after or beside another call, {each.sentence}",
            unless_alone=each.clause,
        )
        for each in findings
        if each.clause in SUSPECT
    ]


def _healthy(seen: CallSeen, known: Known) -> Iterator[Finding]:
    """A call with nothing going wrong but entries that the server refuses."""
    no_uuid = [i for i, entry in enumerate(seen.messages) if canonical(entry["conversation_id"]) is None]
    if isinstance(seen.told, Returned):
        findings = list(read(seen, seen.told.answer, known))
        rows = seen.told.answer.get("results") if isinstance(seen.told.answer, dict) else None
        whole = rows if isinstance(rows, list) and len(rows) == len(seen.messages) else []
        taken = [
            Finding(
                "IN-UUID",
                f"messages[{index}].conversation_id is no UUID, and your client told success",
                seen.number,
                (f"messages[{index}].conversation_id", f"answer.results[{index}]"),
            )
            for index in no_uuid
            if whole and not failed_row(whole[index]) and _names_an_id(whole[index])
        ]
        mixed_up = any(each.clause == "RES-ORDER" for each in findings)
        yield from findings if mixed_up else taken or findings
        yield from _left_out(seen, known)
        return
    if not seen.messages and isinstance(seen.told, Raised) and seen.told.is_a("InvalidInputError"):
        return
    if no_uuid:
        if not (isinstance(seen.told, Raised) and seen.told.is_a("InvalidInputError")):
            yield Finding(
                "IN-UUID",
                f"messages[{no_uuid[0]}].conversation_id is no UUID, and {told(seen)}; "
                "it has to raise InvalidInputError or give a failed row",
                seen.number,
                (f"messages[{no_uuid[0]}].conversation_id",),
            )
    elif known.refused:
        yield Finding(
            "RES-PARTIAL",
            f"the server refused messages[{min(known.refused)}], and {told(seen)}; it has to return the answer",
            seen.number,
            tuple(f"messages[{index}]" for index in sorted(known.refused)),
        )
    else:
        yield Finding("ACCEPT", f"nothing went wrong, and {told(seen)}", seen.number, ("answer",))


def _names_an_id(row: object) -> bool:
    return isinstance(row, dict) and row.get("message_id") is not None


def _left_out(seen: CallSeen, known: Known) -> Iterator[Finding]:
    """A call that returned left nothing out."""
    lost = asked_by(seen, known.comparison.lost)
    if not lost or not isinstance(seen.told, Returned):
        return
    claimed = claims(seen.told.answer)
    recorded = sum(call == seen.number for call, _ in known.comparison.kept)
    where = tuple(f"messages[{each.index}]" for each in lost)
    if claimed > recorded:
        sentence = (
            "your client told success and the server has nothing"
            if not recorded
            else f"your client told {claimed} successes, and the server recorded {recorded}"
        )
    else:
        sentence = f"your client returned, and messages[{lost[0].index}] is not recorded"
    yield Finding("TRUE", sentence, seen.number, where)


ROW_CLAUSES = frozenset({"RES-TOTAL", "RES-COUNTS", "RES-ROWS", "RES-ORDER", "RES-SUCCESS", "RES-FAILURE", "TRUE"})
LOUDLY = frozenset({"ACCEPT", "RES-PARTIAL"})
"""What may be broken by an error, where the clause lets a client refuse."""


def _mapped(finding: Finding, seen: CallSeen, observation: Observation, *, recorded: bool = False) -> Iterable[Finding]:
    """A finding under the clause that the call was made for: a client may refuse what goes beyond the MUSTs."""
    call = seen.call
    wide = wide_clause(seen.messages)
    raised = isinstance(seen.told, Raised)
    if finding.clause in {"SEND-INPUT", "AUTH-SECRET"} or (finding.clause.startswith("IN-") and not wide):
        return (finding,)
    if call.loop == "own":
        # An error is loud, unless the message is recorded all the same: then its caller sends it again.
        loud = raised and finding.clause in LOUDLY and not recorded
        also = " (and the server has the messages)" if raised and recorded else ""
        sentence = f"called from another event loop, {finding.sentence}{also}"
        return () if loud else (replace(finding, clause="REUSE", sentence=sentence, plainly=finding.clause),)
    for clause, asked in (
        ("IN-ITERABLE", call.given != "list"),
        (wide, wide is not None),
    ):
        if asked and clause:
            refusing = finding.clause in LOUDLY and not isinstance(seen.told, Hung)
            told_so = refusing and (raised or "failed" in finding.sentence)
            return () if told_so else (replace(finding, clause=clause, plainly=finding.clause),)
    if not call.messages and not seen.trouble and seen.kind == "own" and not seen.revoked and seen.at == "server":
        about_rows = finding.clause in ROW_CLAUSES or finding.clause == "ACCEPT"
        return (replace(finding, clause="RES-EMPTY"),) if about_rows else (finding,)
    of_the_dialect = finding.clause in ROW_CLAUSES | {"RES-PARTIAL"} or finding.unless_alone
    if observation.dialect == "observed" and refused_indexes(seen) and of_the_dialect:
        return (replace(finding, clause="DIALECT", unless_alone=None),)
    return (finding,)
