"""How to reproduce a counterexample: with the kit, with curl, with a Python script."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from synap_contracts.client.protocol import has_tagged
from synap_contracts.report.script import fault_of, rejections_of, script
from synap_contracts.server.server import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.report.types import ExampleReport, RunReport
    from synap_contracts.runs.result import Counterexample, Run

_URL: Final = "http://127.0.0.1:8765"
_UNUSED: Final = "http://127.0.0.1:9"
_JSON: Final = "Content-Type: application/json"
_KEY: Final = "synap_dev"
_LONGEST: Final = 100_000
"""The maximum length of one argument of a command. Linux allows 128 KiB."""
_SENT: Final = {"unknown": "synap_nobody", "newline": _KEY, "accented": f"{_KEY}é"}
"""What a client sends that was given such a key. A header cannot contain a newline."""


def command(run: Run, example: Counterexample) -> str:
    """Return the command of the kit that runs the scenario again."""
    return shlex.join(
        ["synap-mock", "verify", run.spec, *run.options, "--clause", example.violation.clause, "--replay", example.id]
    )


def call_in_question(example: Counterexample) -> ObservedCall | None:
    """Return the call that the violation is about."""
    calls = example.observation.calls
    number = example.violation.call
    return next((call for call in calls if call.number == number), calls[-1] if calls else None)


def curl(run: Run, example: Counterexample) -> str:
    """Return the commands that send the call in question as a correct client does, under the same conditions.

    Args:
        run: The run, for the dialect of the server.
        example: The counterexample.
    """
    call = call_in_question(example)
    if call is not None and has_tagged(call.messages):
        return "# curl cannot send the messages: JSON does not have their values"
    sent = [] if call is not None and call.key_kind == "missing" else [f"Authorization: Bearer {_sent_key(call)}"]
    headers = "".join(f" -H {shlex.quote(each)}" for each in (*sent, _JSON))
    body = json.dumps({"messages": list(call.messages) if call else []})
    unreachable = call is not None and call.place == "nobody"
    # On one line, so that it can be pasted even if it is indented.
    data = shlex.quote(body) if len(body) < _LONGEST else f"@- <<'END'\n{body}\nEND"
    request = f"curl -sS -i --max-time 5 {_UNUSED if unreachable else _URL}{BATCH}{headers} -d {data}"
    if unreachable:
        return request
    serve = ["synap-mock", "serve", "--api-key", _KEY]
    serve += ["--tenancy", example.scenario.tenancy] if example.scenario.tenancy else []
    serve += ["--dialect", run.dialect] if run.dialect != "documented" else []
    recorded = f"echo; curl -sS {_URL}/_mock/conversations"
    return "\n".join(
        [f"{shlex.join(serve)} & sleep 2", *(_preparation(call) if call else ()), request, recorded, "kill $!"]
    )


def _sent_key(call: ObservedCall | None) -> str:
    return _KEY if call is None else _SENT.get(call.key_kind, _KEY)


def _preparation(call: ObservedCall) -> Iterator[str]:
    """Yield the commands for the control API before the call."""
    if call.revoked:
        yield f"curl -sS -X DELETE {_URL}/_mock/keys/{_KEY}"
    bodies = [("rejections", each) for each in rejections_of(call.call, call.messages)]
    if call.call.trouble is not None:
        bodies.append(("faults", fault_of(call.call)))
    for route, body in bodies:
        text = json.dumps(body).replace("$bystander", _UNUSED)
        yield f"curl -sS {_URL}/_mock/{route} -H {shlex.quote(_JSON)} -d {shlex.quote(text)}"


def python(run: Run, example: Counterexample) -> str:
    """Return a script that runs the scenario against a fake of its own, and prints the result."""
    return script(run, example)


def file_name(example: ExampleReport) -> str:
    """Return the name of a script's file. It has the clause, because a scenario can violate several clauses."""
    return f"{example['clause']}-{example['id']}.py"


def write_scripts(run: RunReport) -> RunReport:
    """Write the scripts of the counterexamples next to the saved examples, and return the run with their folder."""
    others = (each["counterexample"] for each in run["clauses"] if each["finding"] is None)
    examples = [*(each["counterexample"] for each in run["findings"]), *(each for each in others if each is not None)]
    if run["folder"] is None or not examples:
        return run
    folder = Path(run["folder"]) / "scripts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in examples:
            (folder / file_name(each)).write_text(each["reproduce"]["python"], encoding="utf-8")
    except OSError:
        return run
    return {**run, "scripts": str(folder)}
