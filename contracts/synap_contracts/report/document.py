"""A run as JSON: the document of `--json`, which other reports are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from synap_contracts.clauses.catalogue import REVISION
from synap_contracts.client.protocol import Ended, Hung, Raised, Returned
from synap_contracts.observation.redaction import redact
from synap_contracts.report import reproduce
from synap_contracts.runs.result import Outcome
from synap_contracts.scenarios.serialization import to_json
from synap_contracts.server.server import UNKNOWN

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Outcome as CallOutcome
    from synap_contracts.observation.observed import Observation, ObservedCall
    from synap_contracts.runs.result import ClauseResult, Counterexample, Finding, Run

Json: TypeAlias = Any

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

_KEYS: Final = {
    "unknown": "its key is invalid",
    "missing": "it has no key",
    "newline": "its key ends with a newline",
    "accented": "its key ends with é",
}
_PLACES: Final = {"nobody": "no server is listening", "bystander": "sent to another origin"}


def document(runs: list[Run], version: str) -> Json:
    """Return several runs as one document.

    Args:
        runs: The runs.
        version: The version of the kit.
    """
    return {"kit": version, "contract": REVISION, "runs": [run_to_json(run) for run in runs]}


def run_to_json(run: Run) -> Json:
    """Return one run."""
    return {
        "client": {"spec": run.spec, "name": run.name, "version": run.version, "limits": list(run.limits)},
        "server": {"url": run.server, "dialect": run.dialect},
        "profile": run.profile,
        "seed": run.seed,
        "seconds": round(run.seconds, 2),
        "error": run.error,
        "findings": [finding_to_json(each, run) for each in run.findings],
        "clauses": [clause_to_json(result, run) for result in run.clauses],
        "summary": {
            level: {outcome: len(run.of(outcome, level)) for outcome in OUTCOMES} for level in ("MUST", "SHOULD")
        },
    }


def finding_to_json(finding: Finding, run: Run) -> Json:
    """Return a finding with its example."""
    return {
        "id": finding.id,
        "clause": finding.clause.id,
        "also": list(finding.also),
        "level": finding.level,
        "summary": finding.summary,
        "fix": finding.fix,
        "counterexample": counterexample_to_json(finding.counterexample, run),
    }


def clause_to_json(result: ClauseResult, run: Run) -> Json:
    """Return the result of one clause."""
    example, finding = result.counterexample, run.finding_of(result)
    return {
        "id": result.clause.id,
        "level": result.clause.level,
        "evidence": result.clause.evidence,
        "statement": result.clause.statement,
        "source": result.clause.source,
        "outcome": result.outcome,
        "examples": result.examples,
        "exercised": result.exercised,
        "message": result.message,
        "finding": None if finding is None else finding.id,
        "counterexample": None if example is None else counterexample_to_json(example, run),
    }


def counterexample_to_json(example: Counterexample, run: Run) -> Json:
    """Return a counterexample: requests, recorded messages, outcomes, and how to reproduce it."""
    keys = keys_of(run, example)
    found: Json = {
        "id": example.id,
        "sentence": example.violation.message,
        "call": example.violation.call,
        "differs": list(example.violation.paths),
        "steady": example.steady,
        "calls": [call_to_json(call, example.observation) for call in example.observation.calls],
        "recorded": recorded_to_json(example.observation),
        "wire": [
            {"method": r.method, "path": r.path, "status": r.status, "body": r.body, "answer": r.answer}
            for r in example.observation.requests
        ],
        "heard": [text for text in example.observation.output if redact(text, keys) != text],
        "scenario": to_json(example.scenario),
        "reproduce": {
            "command": reproduce.command(run, example),
            "curl": reproduce.curl(run, example),
            "python": reproduce.python(run, example),
        },
    }
    return redact(found, keys)


def keys_of(run: Run, example: Counterexample) -> frozenset[str]:
    """Return the keys that were used in a scenario or before: a client can remember one."""
    observation = example.observation
    return run.secrets | {call.key.key for call in observation.calls} | set(observation.secrets)


def call_to_json(call: ObservedCall, observation: Observation) -> Json:
    """Return a call: its messages, what failed, and its outcome."""
    return {
        "number": call.number,
        "circumstances": describe_circumstances(call, observation),
        "client": call.call.client,
        "messages": list(call.messages),
        "refused": list(call.call.refused),
        "trouble": call.call.trouble.named if call.call.trouble else None,
        "opening": call.opening,
        "outcome": outcome_to_json(call.outcome),
    }


def outcome_to_json(outcome: CallOutcome) -> Json:
    """Return the outcome of a call."""
    match outcome:
        case Returned(answer=answer):
            return {"returned": answer}
        case Raised():
            raised = {"class": outcome.kind, "own": sorted(outcome.names), "text": outcome.text}
            return {"raised": {**raised, "traceback": outcome.traceback}}
        case Ended(status=status, output=output):
            return {"ended": {"status": status, "output": output}}
        case Hung(seconds=seconds):
            return {"hung": round(seconds, 1)}


def recorded_to_json(observation: Observation) -> Json:
    """Return the messages that were recorded at the end."""
    recording = observation.steps[-1].after if observation.steps else {}
    return [
        {
            "conversation_id": conversation_id,
            "instance_id": instance_id,
            "messages": [{key: value for key, value in row.entry.items() if value is not UNKNOWN} for row in rows],
        }
        for (instance_id, conversation_id), rows in recording.items()
    ]


def describe_circumstances(observed: ObservedCall, observation: Observation) -> str:
    """Describe what was unusual about a call, to follow "call 0". Empty if nothing was."""
    call = observed.call
    several = len({each.call.client for each in observation.calls}) > 1
    about = "".join(
        (
            f" of client {call.client}" if several else "",
            f", passed as a {call.given}" if call.given != "list" else "",
            ", in an event loop of its own" if call.loop == "own" else "",
        )
    )
    more = (
        call.trouble.named if call.trouble else "",
        "its key is revoked" if observed.revoked else "",
        _KEYS.get(observed.key_kind, ""),
        _PLACES.get(observed.place, ""),
        f"the server rejects {', '.join(f'messages[{n}]' for n in call.refused)}" if call.refused else "",
    )
    return about + "".join(f"; {each}" for each in more if each)
