"""A run as JSON: the document of `--json`, which all other reports are made from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast, get_args

from synap_contracts.clauses.catalogue import REVISION
from synap_contracts.client.protocol import Ended, Hung, Raised, Returned
from synap_contracts.observation.redaction import REDACTED, redact
from synap_contracts.report import reproduce
from synap_contracts.report.shards import shard_to_json
from synap_contracts.runs.result import Outcome
from synap_contracts.scenarios.serialization import to_json
from synap_contracts.server.server import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_contracts.clauses.clause import Level
    from synap_contracts.client.protocol import Outcome as CallOutcome
    from synap_contracts.observation.observed import Observation, ObservedCall
    from synap_contracts.report.types import (
        CallReport,
        ClauseReport,
        ConversationReport,
        Counts,
        ExampleReport,
        FindingReport,
        OutcomeReport,
        Report,
        RunReport,
    )
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


def document(runs: Iterable[RunReport], version: str, *, strict: bool = False, contract: str = REVISION) -> Report:
    """Return several runs as one document.

    Args:
        runs: The runs.
        version: The version of the kit.
        strict: Whether a SHOULD that fails fails the run.
        contract: The revision of the contract.
    """
    return {"kit": version, "contract": contract, "strict": strict, "runs": [*runs]}


def dumps(report: Report) -> str:
    """Return the text of a document."""
    return json.dumps(report, indent=2) + "\n"


def run_to_json(run: Run) -> RunReport:
    """Return one run as it is read from a file: with JSON's types only, and without keys."""
    found: RunReport = {
        "client": {"spec": run.spec, "name": run.name, "version": run.version, "limits": list(run.limits)},
        "server": {"url": run.server, "dialect": run.dialect},
        "profile": run.profile,
        "seed": run.seed,
        "seconds": round(run.seconds, 2),
        "error": run.error,
        "folder": run.folder,
        "scripts": None,
        "findings": [_finding(each, run) for each in run.findings],
        "clauses": [_clause(result, run) for result in run.clauses],
        "summary": {"MUST": _counts(run, "MUST"), "SHOULD": _counts(run, "SHOULD")},
        "against": None,
        "shard": None if run.shard is None else shard_to_json(run.shard, run.options),
    }
    # Python writes and reads NaN and Infinity, which are not JSON.
    read: RunReport = json.loads(json.dumps(found), parse_constant=str)
    return read


def _counts(run: Run, level: Level) -> Counts:
    return cast("Counts", {outcome: len(run.of(outcome, level)) for outcome in OUTCOMES})


def _finding(finding: Finding, run: Run) -> FindingReport:
    return {
        "id": finding.id,
        "clause": finding.clause.id,
        "also": list(finding.also),
        "level": finding.level,
        "summary": redact(finding.summary, _keys_of(finding.counterexample)),
        "fix": finding.fix,
        "counterexample": _example(finding.counterexample, run),
    }


def _clause(result: ClauseResult, run: Run) -> ClauseReport:
    example, finding = result.counterexample, run.finding_of(result)
    return {
        "id": result.clause.id,
        "level": result.clause.level,
        "evidence": result.clause.evidence,
        "statement": result.clause.statement,
        "source": result.clause.source,
        "outcome": result.outcome,
        "before": None,
        "examples": result.examples,
        "exercised": result.exercised,
        "message": result.message if example is None else redact(result.message, _keys_of(example)),
        "finding": None if finding is None else finding.id,
        "counterexample": None if example is None else _example(example, run),
    }


def _example(example: Counterexample, run: Run) -> ExampleReport:
    """Return a counterexample: requests, recorded messages, outcomes, and how to reproduce it."""
    keys = _keys_of(example)
    found: ExampleReport = {
        "id": example.id,
        "clause": example.violation.clause,
        "sentence": example.violation.message,
        "call": example.violation.call,
        "differs": list(example.violation.paths),
        "steady": example.steady,
        "calls": [_call(call, example.observation) for call in example.observation.calls],
        "recorded": _recorded(example.observation),
        "wire": [
            {
                "at": f"{r.at:%Y-%m-%dT%H:%M:%S.%f}Z",
                "method": r.method,
                "path": r.path,
                "status": r.status,
                "body": r.body,
                "answer": r.answer,
            }
            for r in example.observation.requests
        ],
        "heard": [text for text in example.observation.output if REDACTED in redact(text, keys)],
        "scenario": to_json(example.scenario),
        "reproduce": {
            "command": reproduce.command(run, example),
            "curl": reproduce.curl(run, example),
            "python": reproduce.python(run, example),
        },
    }
    redacted: ExampleReport = redact(found, keys)
    return redacted


def _keys_of(example: Counterexample) -> frozenset[str]:
    """Return the keys of a scenario. A run has redacted them already; an example of another origin may not."""
    observation = example.observation
    return frozenset({call.key.key for call in observation.calls}) | set(observation.secrets)


def _call(call: ObservedCall, observation: Observation) -> CallReport:
    return {
        "number": call.number,
        "circumstances": _circumstances(call, observation),
        "client": call.call.client,
        "messages": list(call.messages),
        "refused": list(call.call.refused),
        "trouble": call.call.trouble.named if call.call.trouble else None,
        "opening": call.opening,
        "outcome": _outcome(call.outcome),
    }


def _outcome(outcome: CallOutcome) -> OutcomeReport:
    match outcome:
        case Returned(answer=answer):
            return {"returned": answer}
        case Raised():
            own = sorted(outcome.names)
            return {"raised": {"class": outcome.kind, "own": own, "text": outcome.text, "traceback": outcome.traceback}}
        case Ended(status=status, output=output):
            return {"ended": {"status": status, "output": output}}
        case Hung(seconds=seconds):
            return {"hung": round(seconds, 1)}


def _recorded(observation: Observation) -> list[ConversationReport]:
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


def _circumstances(observed: ObservedCall, observation: Observation) -> str:
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
