"""Failures that are known: a file lists them, each with its example, and only a replay says that one is gone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.judge import judge
from synap_contracts.client.protocol import AdapterError, Hung, Raised
from synap_contracts.client.releases import ordered
from synap_contracts.runs.result import ClauseResult, Counterexample
from synap_contracts.scenarios.model import replay_id
from synap_contracts.server.server import MEANS, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synap_contracts.observation.finding import Finding
    from synap_contracts.observation.observed import CallSeen, Observation
    from synap_contracts.runs.scenario_runner import Player
    from synap_contracts.scenarios.model import Call, Scenario

_TRIES: Final = 3
"""So many replays without the failure make it stale: one may have been chance."""
_CLASS_ALONE: Final = frozenset({"NET-NAME"})
"""Broken by the class that was raised, whatever went wrong."""
_KEYS: Final = {"newline": "key with a newline", "accented": "key with é"}


@dataclass(frozen=True)
class Known:
    """A failure that is known.

    Args:
        clause: The clause that is broken.
        kind: How, as `kind_of` says it: another kind of failure of the same clause is news.
        reason: Why it is let be.
        example: The scenario that is replayed.
        link: Where more is said.
        since: The first release that has it, or None.
        until: The last release that has it, or None.
        dialect: What the server speaks where it happens.
    """

    clause: str
    kind: str
    reason: str
    example: Scenario
    link: str | None = None
    since: str | None = None
    until: str | None = None
    dialect: str = "documented"

    def applies(self, version: str | None) -> bool:
        """Whether a release is said to have it; a client that tells no version is meant by every entry."""
        if version is None:
            return True
        number = ordered(version)
        late = self.since is None or number >= ordered(self.since)
        return late and (self.until is None or number <= ordered(self.until))

    @property
    def name(self) -> tuple[str, str]:
        """What tells it from others."""
        return self.clause, self.kind


def kind_of(finding: Finding, observation: Observation) -> str:
    """How a clause was broken, in a few words that hold for other examples of the same defect.

    What was given that is out of the ordinary, what went wrong on the way, and what the caller was told, as in
    ``Disconnected, returned`` or ``raised ValueError``.
    """
    if finding.clause == "AUTH-OWN":
        return "another instance"  # where it is recorded is the defect, whatever the caller is told besides
    seen = next((each for each in observation.calls if each.number == finding.call), None)
    if seen is None:
        return "overall"
    circumstances = () if finding.clause in _CLASS_ALONE else _circumstances(seen)
    return ", ".join([*circumstances, _told(seen)])


def _circumstances(seen: CallSeen) -> Iterable[str]:
    call: Call = seen.call
    if seen.kind in _KEYS:
        yield _KEYS[seen.kind]
    if call.given != "list":
        yield call.given
    if call.trouble:
        name = str(call.trouble.fault.get("fault"))
        yield f"{name} {call.trouble.fault.get('status')}" if name == "Respond" else name


def _told(seen: CallSeen) -> str:
    match seen.told:
        case Raised(kind=kind):
            return f"raised {kind.rpartition('.')[2]}"
        case Hung():
            return "no answer"
        case _:
            return "returned"


class Ledger:
    """The known failures of one run: what it finds that is listed is let be, and what is listed is replayed.

    Args:
        known: What is listed, for this client's release and this dialect.
        others: What is listed for other releases, and shall be replayed to see whether this one has it too.
        collecting: Whether a clause stays open after a failure, so that other kinds of it are found as well.
    """

    def __init__(self, known: Iterable[Known] = (), others: Iterable[Known] = (), *, collecting: bool = False) -> None:
        self.known = tuple(known)
        self.others = tuple(others)
        self.collecting = collecting
        self.found: dict[tuple[str, str], Counterexample] = {}
        """What is not listed for this release, by clause and kind; where a clause stays open, all of it."""
        self.shown: list[Known] = []
        """What is listed and happened."""
        self._names = {each.name for each in self.known}

    def judged(self, observation: Observation) -> list[Finding]:
        """What a scenario shows to be broken beside what is known."""
        findings = judge(observation)
        return [each for each in findings if (each.clause, kind_of(each, observation)) not in self._names]

    def takes(self, verdict: ClauseResult) -> bool:
        """Whether the clause of a failure stays open."""
        shown = verdict.counterexample
        if not self.collecting or verdict.outcome != "failed" or shown is None:
            return False
        self._take(verdict.clause.id, shown)
        return True

    def _take(self, clause: str, shown: Counterexample) -> None:
        name = clause, kind_of(shown.finding, shown.observation)
        self.found.setdefault(name, shown)
        self._names.add(name)

    def replayed(self, player: Player, clauses: frozenset[str]) -> dict[str, ClauseResult]:
        """What becomes of the clauses that have known failures, by playing their examples.

        Args:
            player: Plays against the client.
            clauses: The clauses that were asked for.
        """
        results: dict[str, ClauseResult] = {}
        for each in self.known:
            if each.clause in clauses:
                result = replay(each, player)
                results[each.clause] = _worse(results.get(each.clause), result)
                self.shown += [each] if result.outcome == "known" else []
        for each in self.others:
            if each.clause in clauses and (shown := _shown_to(each, self, player)) is not None:
                self._take(each.clause, shown)
        return results

    def settled(self, results: Sequence[ClauseResult], replayed: dict[str, ClauseResult]) -> tuple[ClauseResult, ...]:
        """What the search came to, with what the replays did: a new failure stands before an old one."""
        return tuple(self._settled(each, replayed.get(each.clause.id)) for each in results)

    def _settled(self, result: ClauseResult, known: ClauseResult | None) -> ClauseResult:
        found = [shown for (clause, _), shown in self.found.items() if clause == result.clause.id]
        if result.outcome in {"failed", "error"}:
            return result
        if found:
            more = f" ({len(found) - 1} more kinds of failure)" if len(found) > 1 else ""
            message = found[0].finding.sentence + more
            return replace(result, outcome="failed", message=message, counterexample=found[0])
        if known is None:
            return result
        return replace(known, examples=result.examples + known.examples)


def _shown_to(known: Known, ledger: Ledger, player: Player) -> Counterexample | None:
    """What the example of another release's failure shows here beside what is known."""
    try:
        observation = player.play(known.example, fresh=True)
    except (AdapterError, ServerError):
        return None
    finding = next((each for each in ledger.judged(observation) if each.clause == known.clause), None)
    if finding is None:
        return None
    observation.wire = player.server.requests()
    return Counterexample(replay_id(known.example), known.example, observation, finding)


def _worse(one: ClauseResult | None, other: ClauseResult) -> ClauseResult:
    order = ("known", "not-testable", "error", "stale")
    if one is None:
        return other
    worse = max(one, other, key=lambda each: order.index(each.outcome))
    messages = [each.message for each in (one, other) if each.outcome == worse.outcome]
    return replace(worse, message="; ".join(messages), examples=one.examples + other.examples)


def replay(known: Known, player: Player) -> ClauseResult:
    """Whether a known failure's example still fails in the same way."""
    clause = BY_ID[known.clause]
    try:
        for _ in range(_TRIES):
            if (shown := _shown(known, player)) is not None:
                return ClauseResult(clause, "known", 1, f"{known.kind}: {known.reason}", shown)
            player.stop()  # what the process remembers of clients that are closed may hide it
    except (AdapterError, ServerError) as error:
        if lacking := _lacking(player):
            return ClauseResult(clause, "not-testable", 0, f"known ({known.kind}); {lacking}")
        return ClauseResult(clause, "error", 0, f"the example of {known.kind!r} can't be played: {error}")
    if lacking := _lacking(player):
        return ClauseResult(clause, "not-testable", _TRIES, f"known ({known.kind}); {lacking}")
    return ClauseResult(
        clause,
        "stale",
        _TRIES,
        f"listed as known ({known.kind}), and its example does not fail so any more: take it out of the list, "
        "or say until which release it holds",
    )


def _lacking(player: Player) -> str | None:
    """What a server has not that an example may need: without it nothing is proven stale."""
    lacking = [what for means, what in MEANS.items() if means not in player.server.means]
    return f"the server has no {', '.join(lacking)} to replay its example with" if lacking else None


def _shown(known: Known, player: Player) -> Counterexample | None:
    observation = player.play(known.example, fresh=True)
    for finding in judge(observation):
        if (finding.clause, kind_of(finding, observation)) == known.name:
            observation.wire = player.server.requests()
            return Counterexample(replay_id(known.example), known.example, observation, finding)
    return None


@dataclass(frozen=True)
class Listed:
    """What a user's file lists.

    Args:
        known: Its entries.
        collecting: Whether all kinds of new failures are wanted, not the first of each clause.
        everywhere: Whether the examples of other releases' failures are played as well.
    """

    known: tuple[Known, ...] = ()
    collecting: bool = field(default=False, kw_only=True)
    everywhere: bool = field(default=False, kw_only=True)

    def ledger(self, version: str | None, dialect: str) -> Ledger:
        """The entries for a release and a dialect."""
        asked = [each for each in self.known if each.dialect == dialect]
        holding = [each for each in asked if each.applies(version)]
        others = [each for each in asked if each not in holding] if self.everywhere else []
        return Ledger(holding, others, collecting=self.collecting)


def found_of(ledger: Ledger, dialect: str) -> tuple[Known, ...]:
    """What a run found that is not listed, as entries whose reason is still to be written."""
    return tuple(
        Known(clause, kind, "", shown.scenario, dialect=dialect) for (clause, kind), shown in ledger.found.items()
    )
