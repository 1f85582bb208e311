"""A run as JSON: the document of `--json`, and what other reports are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.catalogue import REVISION
from synap_contracts.client.protocol import Hung, Raised, Returned
from synap_contracts.observation.redaction import hidden, keys_of
from synap_contracts.report import reproduce
from synap_contracts.report.circumstances import circumstances
from synap_contracts.scenarios.model import to_json
from synap_contracts.server.server import UNKNOWN

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Told
    from synap_contracts.observation.observed import CallSeen, Observation
    from synap_contracts.runs.result import ClauseResult, Counterexample, Outcome, Run
    from synap_contracts.server.server import Truth

Json = Any

OUTCOMES: Final[tuple[Outcome, ...]] = ("passed", "failed", "known", "stale", "not-testable", "error")


def document(runs: list[Run], version: str) -> Json:
    """Several runs as one document.

    Args:
        runs: The runs.
        version: Of the kit.
    """
    return {"kit": version, "contract": REVISION, "runs": [run_of(run) for run in runs]}


def run_of(run: Run) -> Json:
    """One run."""
    return {
        "client": {"spec": run.spec, "name": run.name, "version": run.version, "limits": list(run.limits)},
        "server": {"url": run.server, "dialect": run.dialect},
        "profile": run.profile,
        "seed": run.seed,
        "seconds": round(run.seconds, 2),
        "error": run.error,
        "clauses": [clause_of(result, run) for result in run.clauses],
        "summary": {
            level: {outcome: len(run.of(outcome, level)) for outcome in OUTCOMES} for level in ("MUST", "SHOULD")
        },
    }


def clause_of(result: ClauseResult, run: Run) -> Json:
    """One clause's outcome."""
    found = result.counterexample
    return {
        "id": result.clause.id,
        "level": result.clause.level,
        "evidence": result.clause.evidence,
        "statement": result.clause.statement,
        "source": result.clause.source,
        "outcome": result.outcome,
        "examples": result.examples,
        "message": result.message,
        "counterexample": None if found is None else counterexample_of(found, run),
    }


def counterexample_of(found: Counterexample, run: Run) -> Json:
    """A counterexample: what was asked, what the server recorded, what the caller was told, and how to see it again."""
    keys = keys_of(run, found)
    told: Json = {
        "id": found.id,
        "sentence": found.finding.sentence,
        "call": found.finding.call,
        "differs": list(found.finding.marks),
        "steady": found.steady,
        "calls": [call_of(seen, found.observation) for seen in found.observation.calls],
        "recorded": recorded(found.observation),
        "wire": [
            {"method": r.method, "path": r.path, "status": r.status, "body": r.body, "answer": r.answer}
            for r in found.observation.wire
        ],
        "heard": [text for text in found.observation.heard if hidden(text, keys) != text],
        "scenario": to_json(found.scenario),
        "reproduce": {
            "command": reproduce.command(run, found),
            "curl": reproduce.curl(run, found),
            "python": reproduce.python(run, found),
        },
    }
    return hidden(told, keys)


def call_of(seen: CallSeen, observation: Observation) -> Json:
    """A call: what was asked, what went wrong, what came back."""
    return {
        "number": seen.number,
        "circumstances": circumstances(seen, observation),
        "client": seen.call.client,
        "messages": list(seen.messages),
        "refused": list(seen.call.refused),
        "trouble": seen.call.trouble.named if seen.call.trouble else None,
        "opening": seen.opening,
        "told": told_of(seen.told),
    }


def told_of(told: Told) -> Json:
    """What became of a call."""
    match told:
        case Returned(answer=answer):
            return {"returned": answer}
        case Raised():
            return {"raised": {"class": told.kind, "own": sorted(told.names), "text": told.text}}
        case Hung(seconds=seconds):
            return {"hung": round(seconds, 1)}


def recorded(observation: Observation) -> Json:
    """What the server had at the end."""
    truth: Truth = observation.events[-1].after if observation.events else {}
    return [
        {
            "conversation_id": conversation_id,
            "instance_id": instance_id,
            "messages": [{key: value for key, value in row.entry.items() if value is not UNKNOWN} for row in rows],
        }
        for (instance_id, conversation_id), rows in truth.items()
    ]
