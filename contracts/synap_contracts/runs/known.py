"""Known failures: a file lists them with examples, and only a replay decides whether one still occurs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.auth import AUTH_OWN
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.connection import NET_NAME
from synap_contracts.clauses.judge import judge
from synap_contracts.client.protocol import AdapterError, Ended, Hung, Raised
from synap_contracts.client.releases import version_key
from synap_contracts.runs.result import ClauseResult, Counterexample, KnownFailure
from synap_contracts.scenarios.serialization import replay_id
from synap_contracts.server.server import ROUTES, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.observation.observed import Observation, ObservedCall
    from synap_contracts.observation.violation import Violation
    from synap_contracts.runs.scenario_runner import ScenarioRunner

_ATTEMPTS: Final = 3
"""A known failure is stale if this many replays do not show it: one can be chance."""
_KEYS: Final = {"newline": "key with a newline", "accented": "key with é"}


def applies(failure: KnownFailure, version: str | None) -> bool:
    """Return whether a release is listed as having a failure. All entries apply to a client without a version."""
    if version is None:
        return True
    number = version_key(version)
    begun = failure.since is None or number >= version_key(failure.since)
    return begun and (failure.until is None or number <= version_key(failure.until))


def kind_of(violation: Violation, observation: Observation) -> str:
    """Describe how a clause was violated, in a few words that apply to all examples of the same defect.

    The unusual input, the failure that occurred, and the outcome, such as ``Disconnected, returned`` or ``raised
    ValueError``.
    """
    if violation.clause == AUTH_OWN.id:
        return "another instance"  # the defect is where it is recorded, whatever the outcome
    call = next((each for each in observation.calls if each.number == violation.call), None)
    if call is None:
        return "overall"
    # Only the class that was raised violates NET-NAME, whatever failed.
    circumstances = () if violation.clause == NET_NAME.id else _circumstances(call)
    return ", ".join([*circumstances, _outcome(call)])


def _circumstances(call: ObservedCall) -> Iterator[str]:
    if call.key_kind in _KEYS:
        yield _KEYS[call.key_kind]
    if call.call.given != "list":
        yield call.call.given
    if trouble := call.call.trouble:
        name = str(trouble.fault.get("fault"))
        yield f"{name} {trouble.fault.get('status')}" if name == "Respond" else name


def _outcome(call: ObservedCall) -> str:
    match call.outcome:
        case Raised(kind=kind):
            return f"raised {kind.rpartition('.')[2]}"
        case Ended():
            return "ended its process"
        case Hung():
            return "no answer"
        case _:
            return "returned"


class KnownFailures:
    """The known failures of one run: violations that are listed are ignored, and the listed examples are replayed.

    Args:
        known: The entries for this client's release and this dialect.
        others: The entries for other releases, which are replayed to find whether this release has them too.
        collecting: Whether a clause stays open after a failure, so that other kinds of failure are found too.
    """

    def __init__(
        self, known: Iterable[KnownFailure] = (), others: Iterable[KnownFailure] = (), *, collecting: bool = False
    ) -> None:
        self.known = tuple(known)
        self.others = tuple(others)
        self.collecting = collecting
        self.found: dict[tuple[ClauseId, str], Counterexample] = {}
        """The failures that are not listed for this release, by clause and kind; all of them if clauses stay open."""
        self.confirmed: list[KnownFailure] = []
        """The listed failures that occurred."""
        self._names = {each.name for each in self.known}

    def judge_new(self, observation: Observation) -> list[Violation]:
        """Return what a scenario violates, without the known failures."""
        return [each for each in judge(observation) if (each.clause, kind_of(each, observation)) not in self._names]

    def collect(self, result: ClauseResult) -> bool:
        """Store a failure if all are collected, and return whether the clause stays open."""
        example = result.counterexample
        if not self.collecting or result.outcome != "failed" or example is None:
            return False
        self._add(result.clause.id, example)
        return True

    def _add(self, clause: ClauseId, example: Counterexample) -> None:
        name = clause, kind_of(example.violation, example.observation)
        self.found.setdefault(name, example)
        self._names.add(name)

    def join(self, other: KnownFailures) -> None:
        """Add the failures that another part of the run found."""
        self.found = {**other.found, **self.found}

    def replay(self, runner: ScenarioRunner, clauses: frozenset[ClauseId]) -> dict[ClauseId, ClauseResult]:
        """Return the results of the clauses that have known failures, by replaying the examples.

        Args:
            runner: Runs scenarios with the client.
            clauses: The clauses to test.
        """
        results: dict[ClauseId, ClauseResult] = {}
        for each in (each for each in self.known if each.clause in clauses):
            result = replay(each, runner)
            results[each.clause] = _merge(results.get(each.clause), result)
            self.confirmed += [each] if result.outcome == "known" else []
        for each in (each for each in self.others if each.clause in clauses):
            if (example := self._replay_other(each, runner)) is not None:
                self._add(each.clause, example)
        return results

    def _replay_other(self, failure: KnownFailure, runner: ScenarioRunner) -> Counterexample | None:
        """Replay another release's failure, and return what it shows that is not known."""
        try:
            return _replay_once(
                failure, runner, self.judge_new, lambda violation, _: violation.clause == failure.clause
            )
        except (AdapterError, ServerError):
            return None

    def merge(
        self, results: Sequence[ClauseResult], replayed: dict[ClauseId, ClauseResult]
    ) -> tuple[ClauseResult, ...]:
        """Merge the results of the search and of the replays. A new failure takes precedence over a known one."""
        return tuple(self._merge(each, replayed.get(each.clause.id)) for each in results)

    def _merge(self, result: ClauseResult, known: ClauseResult | None) -> ClauseResult:
        found = [example for (clause, _), example in self.found.items() if clause == result.clause.id]
        if result.outcome in {"failed", "error"}:
            return result
        if found:
            more = f" ({len(found) - 1} more kinds of failure)" if len(found) > 1 else ""
            message = found[0].violation.message + more
            return replace(result, outcome="failed", message=message, counterexample=found[0])
        if known is None:
            return result
        return replace(known, examples=result.examples + known.examples)

    def entries(self, dialect: str) -> tuple[KnownFailure, ...]:
        """Return the found failures as entries without a reason."""
        return tuple(
            KnownFailure(clause, kind, "", example.scenario, dialect=dialect)
            for (clause, kind), example in self.found.items()
        )


def _merge(one: ClauseResult | None, other: ClauseResult) -> ClauseResult:
    order = ("known", "not-testable", "error", "stale")
    if one is None:
        return other
    worse = max(one, other, key=lambda each: order.index(each.outcome))
    messages = [each.message for each in (one, other) if each.outcome == worse.outcome]
    return replace(worse, message="; ".join(messages), examples=one.examples + other.examples)


def replay(failure: KnownFailure, runner: ScenarioRunner) -> ClauseResult:
    """Return whether the example of a known failure still fails in the same way."""
    clause = BY_ID[failure.clause]
    try:
        for _ in range(_ATTEMPTS):
            example = _replay_once(
                failure,
                runner,
                judge,
                lambda violation, seen: (violation.clause, kind_of(violation, seen)) == failure.name,
            )
            if example is not None:
                return ClauseResult(clause, "known", 1, f"{failure.kind}: {failure.reason}", example)
            runner.stop()  # the process may remember closed clients, and hide the failure
    except (AdapterError, ServerError) as error:
        if gap := _gap(runner):
            return ClauseResult(clause, "not-testable", 0, f"known ({failure.kind}); {gap}")
        return ClauseResult(clause, "error", 0, f"the example of {failure.kind!r} cannot be replayed: {error}")
    if gap := _gap(runner):
        return ClauseResult(clause, "not-testable", _ATTEMPTS, f"known ({failure.kind}); {gap}")
    return ClauseResult(
        clause,
        "stale",
        _ATTEMPTS,
        f"listed as known ({failure.kind}), but its example no longer fails this way: remove the entry, "
        "or state the last release that has the failure",
    )


def _gap(runner: ScenarioRunner) -> str | None:
    """Return what the server does not support. Without it, an example does not prove that a failure is stale."""
    missing = [route for capability, route in ROUTES.items() if capability not in runner.server.capabilities]
    return f"the server does not support {', '.join(missing)}, which replaying needs" if missing else None


def _replay_once(
    failure: KnownFailure,
    runner: ScenarioRunner,
    judge: Callable[[Observation], list[Violation]],
    matches: Callable[[Violation, Observation], bool],
) -> Counterexample | None:
    observation = runner.run(failure.example, fresh=True)
    violation = next((each for each in judge(observation) if matches(each, observation)), None)
    if violation is None:
        return None
    observation.requests = runner.server.requests()
    return Counterexample(replay_id(failure.example), failure.example, observation, violation)


@dataclass(frozen=True)
class KnownFailureList:
    """The content of a file of known failures.

    Args:
        known: The entries.
        collecting: Whether all kinds of new failures are wanted, not only the first of each clause.
        everywhere: Whether the examples of other releases' failures are replayed as well.
    """

    known: tuple[KnownFailure, ...] = ()
    collecting: bool = field(default=False, kw_only=True)
    everywhere: bool = field(default=False, kw_only=True)

    def for_client(self, version: str | None, dialect: str) -> KnownFailures:
        """Return the entries for a release and a dialect."""
        entries = [each for each in self.known if each.dialect == dialect]
        known = [each for each in entries if applies(each, version)]
        others = [each for each in entries if each not in known] if self.everywhere else []
        return KnownFailures(known, others, collecting=self.collecting)
