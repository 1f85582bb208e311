"""Grouping violated clauses by cause.

Evidence, not similarity: the same shrunk example, an example that shows both violations, a violation that repeats
another under other circumstances, or the same exception. A clause whose own example nothing else explains is a finding
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.rows import RES_CALLS
from synap_contracts.clauses.sessions import DEPENDENT
from synap_contracts.client.protocol import Hung
from synap_contracts.runs.findings.causes import can_cause, rank
from synap_contracts.runs.findings.fixes import fix
from synap_contracts.runs.findings.outcomes import call_of, error_of, evidence_of, failures_before
from synap_contracts.runs.findings.summaries import summarize
from synap_contracts.runs.result import Finding
from synap_contracts.scenarios.shrinking import cost

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.violation import Violation
    from synap_contracts.runs.result import ClauseResult, Counterexample


@dataclass(frozen=True)
class _Violated:
    """A violated clause, with everything that its example shows.

    Args:
        clause: The clause.
        example: Its example.
        shows: The violations in the example, by clause.
        evidence: What the outcome has in common with others that have the same cause.
    """

    clause: ClauseId
    example: Counterexample
    shows: dict[ClauseId, Violation]
    evidence: Hashable

    @classmethod
    def of(cls, result: ClauseResult) -> _Violated | None:
        """Return a failed clause, or None if there is no example."""
        if result.outcome != "failed" or (example := result.counterexample) is None:
            return None
        shows = {each.clause: each for each in judge(example.observation)}
        return cls(result.clause.id, example, {**shows, result.clause.id: example.violation}, evidence_of(example))

    @property
    def troubled(self) -> bool:
        """Whether the example needs a failure."""
        return any(call.trouble for call in self.example.scenario.calls)


def group(results: Iterable[ClauseResult]) -> tuple[Finding, ...]:
    """Return the findings, those that explain most clauses first."""
    violated = [each for each in map(_Violated.of, results) if each is not None]
    alike = _join(
        [[each] for each in violated], lambda one, other: any(_is_alike(*pair) for pair in product(one, other))
    )
    groups = _join(alike, lambda one, other: _explains_group(one, other) or _explains_group(other, one))
    findings = [_finding(members) for members in groups]
    findings.sort(key=lambda each: (each.level != "MUST", -len(each.also), rank(each.clause.id)))
    return tuple(replace(each, id=number) for number, each in enumerate(findings, 1))


def _join(
    groups: list[list[_Violated]], related: Callable[[list[_Violated], list[_Violated]], bool]
) -> list[list[_Violated]]:
    """Join groups that are related, directly or through others. Groups are compared as they were given."""
    joined: list[list[list[_Violated]]] = []
    for each in groups:
        near = [found for found in joined if any(related(each, other) for other in found)]
        joined = [found for found in joined if found not in near]
        joined.append([each, *(other for found in near for other in found)])
    return [[member for part in found for member in part] for found in joined]


def _is_alike(one: _Violated, other: _Violated) -> bool:
    """Return whether two clauses have the same example, or the same exception."""
    return one.example.id == other.example.id or (one.evidence is not None and one.evidence == other.evidence)


def _explains_group(causes: list[_Violated], effects: list[_Violated]) -> bool:
    """Return whether a clause explains what the others of a group are consequences of."""
    roots = [each for each in effects if not _is_consequence(each, effects)]
    return any(_explains(*pair) or _repeats(*pair) for pair in product(causes, roots))


def _repeats(one: _Violated, other: _Violated) -> bool:
    """Return whether a clause is violated in the same way as another, under another failure."""
    return other.example.violation.because == one.clause and one.troubled


def _explains(cause: _Violated, effect: _Violated) -> bool:
    """Return whether the example of one clause shows that another is violated for the same reason."""
    found = effect.example.violation
    if effect.clause == RES_CALLS.id and _needs_other_calls(cause):
        return False
    if cause.clause == RES_CALLS.id and _needs_other_calls(effect):
        return RES_CALLS.id in effect.shows or cause.evidence == effect.evidence
    if cause.clause in {found.because, found.plainly, found.unless_alone} and not cause.troubled:
        return True
    return cause.clause in effect.shows and can_cause(cause.clause, effect.clause)


def _needs_other_calls(each: _Violated) -> bool:
    """Return whether a call violates a clause because of other calls: its smallest example has them.

    An error or a hang is a consequence of earlier calls that failed. After calls that succeeded, it is a refusal.
    """
    call = call_of(each.example)
    if call is None:
        return False
    if isinstance(call.outcome, Hung) or error_of(each.example) is not None:
        return failures_before(each.example) > 0
    shown = each.shows.get(RES_CALLS.id)
    return shown is not None and shown.call == call.number and each.clause in DEPENDENT


def _finding(members: list[_Violated]) -> Finding:
    primary = min(members, key=lambda each: (_is_consequence(each, members), rank(each.clause)))
    showing = [each for each in members if primary.clause in each.shows]
    smallest = min(showing, key=lambda each: cost(each.example.scenario))
    example = replace(smallest.example, violation=smallest.shows[primary.clause])
    also = tuple(sorted((each.clause for each in members if each is not primary), key=list(BY_ID).index))
    return Finding(
        id=0,
        clause=BY_ID[primary.clause],
        also=also,
        summary=summarize(example, (primary.clause, *also), [each.example for each in members]),
        counterexample=example,
        level="MUST" if any(BY_ID[each.clause].level == "MUST" for each in members) else "SHOULD",
        fix=fix(example, (primary.clause, *also)),
    )


def _is_consequence(each: _Violated, members: list[_Violated]) -> bool:
    """Return whether another member explains a clause, and is not explained by it."""
    others = [other for other in members if other is not each]
    return any(_explains(other, each) and not _explains(each, other) for other in others)
