"""How to see a counterexample again: by the kit, by curl, by a Python script; each stands alone."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.report.script import fault_of, rejections_of, script
from synap_contracts.server.server import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import CallSeen
    from synap_contracts.runs.result import Counterexample, Run

Json = Any

_URL: Final = "http://127.0.0.1:8765"
_NOBODY: Final = "http://127.0.0.1:9"
_JSON: Final = "Content-Type: application/json"
_KEY: Final = "synap_dev"
_LONGEST: Final = 100_000
"""Characters that one argument of a command may have; Linux allows 128 KiB."""
_SENT: Final = {"unknown": "synap_nobody", "newline": _KEY, "accented": f"{_KEY}é"}
"""What a client sends that was given such a key; a header can hold no newline."""


def command(run: Run, found: Counterexample) -> str:
    """The kit's own command."""
    return shlex.join(
        ["synap-mock", "verify", run.spec, *run.options, "--clause", found.finding.clause, "--replay", found.id]
    )


def call_in_question(found: Counterexample) -> CallSeen | None:
    """The call that the finding is about."""
    calls = found.observation.calls
    number = found.finding.call
    return next((seen for seen in calls if seen.number == number), calls[-1] if calls else None)


def curl(run: Run, found: Counterexample) -> str:
    """What a client that keeps the contract sends for the call in question, and what it met then.

    Args:
        run: For the server's dialect.
        found: Whose call is sent.
    """
    seen = call_in_question(found)
    sent = [] if seen is not None and seen.kind == "missing" else [f"Authorization: Bearer {_sent_key(seen)}"]
    headers = "".join(f" -H {shlex.quote(each)}" for each in (*sent, _JSON))
    body = json.dumps({"messages": list(seen.messages) if seen else []})
    gone = seen is not None and seen.at == "nobody"
    # On one line, so that it can be pasted from wherever it is shown, indented or not.
    given = shlex.quote(body) if len(body) < _LONGEST else f"@- <<'END'\n{body}\nEND"
    called = f"curl -sS -i --max-time 5 {_NOBODY if gone else _URL}{BATCH}{headers} -d {given}"
    if gone:
        return called
    serve = ["synap-mock", "serve", "--api-key", _KEY]
    serve += ["--tenancy", found.scenario.tenancy] if found.scenario.tenancy else []
    serve += ["--dialect", run.dialect] if run.dialect != "documented" else []
    before = _before(seen) if seen else ()
    recorded = f"echo; curl -sS {_URL}/_mock/conversations"
    return "\n".join([f"{shlex.join(serve)} & sleep 2", *before, called, recorded, "kill $!"])


def _sent_key(seen: CallSeen | None) -> str:
    return _KEY if seen is None else _SENT.get(seen.kind, _KEY)


def _before(seen: CallSeen) -> Iterator[str]:
    """What the server is told before the call."""
    if seen.revoked:
        yield f"curl -sS -X DELETE {_URL}/_mock/keys/{_KEY}"
    told = [("rejections", each) for each in rejections_of(seen.call, seen.messages)]
    if seen.call.trouble is not None:
        told.append(("faults", fault_of(seen.call)))
    for what, body in told:
        text = json.dumps(body).replace("$bystander", _NOBODY)
        yield f"curl -sS {_URL}/_mock/{what} -H {shlex.quote(_JSON)} -d {shlex.quote(text)}"


def python(run: Run, found: Counterexample) -> str:
    """A script that plays the scenario against a fake of its own, and prints what came of it."""
    return script(run, found)


def file_name(found: Counterexample) -> str:
    """What a file with the script is called: one scenario may break several clauses."""
    return f"{found.finding.clause}-{found.id}.py"
