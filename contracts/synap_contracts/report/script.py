"""A counterexample as a Python script that stands alone: it plays the steps against a fake of its own."""

from __future__ import annotations

import math
import pprint
import re
import shlex
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.judge import REASON
from synap_contracts.client import releases
from synap_contracts.client.driver import SHORT_TIMEOUT_S
from synap_contracts.client.protocol import Hung, Raised
from synap_contracts.client.spec import OWN
from synap_contracts.scenarios.model import Call, Close, Open, Revoke, Together, calls_of
from synap_contracts.server.server import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import CallSeen
    from synap_contracts.runs.result import Counterexample, Run
    from synap_contracts.scenarios.model import Step

Json = Any

_ROUTE: Final = f"POST {BATCH}"
_STAGGER_S: Final = 0.06
_PATIENT_CALLS: Final = 4
_LEAST_S: Final = 10

_TEMPLATE: Final = Path(__file__).with_name("script.txt")
_TAG: Final = "#? "
"""What follows it in a line of the template is what the line is for; a script has only what its steps need."""


def script(run: Run, found: Counterexample) -> str:
    """The script; what it prints shows what the counterexample says.

    Args:
        run: For the client and the server's dialect.
        found: What is played.
    """
    release = releases.named(run.spec)
    factory = OWN.get("sdk" if release else run.spec, run.spec)
    command = shlex.split(factory.removeprefix("cmd:")) if factory.startswith("cmd:") else []
    module, _, dotted = factory.partition(":")
    name, _, inner = dotted.partition(".")
    steps = "\n".join(f"    {line}" for line in _play(found, adapter=bool(command)))
    wanted = {"adapter" if command else "python", *(["inner"] if inner else []), *_needed(found, steps)}
    lines = [line.partition(_TAG) for line in _TEMPLATE.read_text(encoding="utf-8").splitlines()]
    kept = "\n".join(text.rstrip() for text, _, tag in lines if set(tag.split()) <= wanted)
    played = Template(f"{kept}\n").substitute(
        sentence=_comment(f"{found.finding.clause}: {found.finding.sentence}", _notes(found)),
        folders=[*(folder for option, folder in pairwise(run.options) if option == "--path"), ""],
        module=module,
        name=name if name == "make" else f"{name} as make",
        inner=inner,
        command=command,
        dialect=repr(run.dialect),
        tenancy=repr(found.scenario.tenancy),
        seconds=_seconds(found),
        steps=steps,
    )
    return played if release is None else f"# pip install {releases.PACKAGE}=={release.version}\n{played}"


def _comment(text: str, notes: Iterator[str]) -> str:
    said = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return "\n# ".join([said, *notes])


def _notes(found: Counterexample) -> Iterator[str]:
    """Why a script may not show what the kit saw."""
    if not found.steady:
        yield "It does not happen every time."
    if found.finding.clause == "AUTH-OWN" and len({call.client for call in found.scenario.calls}) == 1:
        yield "The kit's process had opened other clients before; one that is alone may not show it."


def _needed(found: Counterexample, steps: str) -> Iterator[str]:
    """What only some scripts need, by its tag in the template."""
    needs = {
        "logs": found.scenario.listening,
        "nobody": "=nobody" in steps,
        "bystander": "bystander" in steps,
        "revoke": ".revoke()" in steps,
        "close": ".close()" in steps,
        "input": found.finding.clause == "SEND-INPUT",
        "altered": bool(found.observation.altered),
        "stays": not found.scenario.ending,
    }
    yield from (tag for tag, needed in needs.items() if needed)


def _seconds(found: Counterexample) -> int:
    """How long the script waits for a call: as long as the kit did where it got no answer."""
    hung = [seen.told.seconds for seen in found.observation.calls if isinstance(seen.told, Hung)]
    waits = [
        _PATIENT_CALLS * float(call.trouble.fault.get("retry_after", 0))
        for call in found.scenario.calls
        if call.trouble and call.trouble.patient
    ]
    return math.ceil(max(hung, default=_LEAST_S + max(waits, default=0)))


def _play(found: Counterexample, *, adapter: bool) -> Iterator[str]:
    """The lines of the function that plays."""
    if adapter:
        yield "await start()"
        if found.scenario.listening:
            yield 'await ask(do="listen", on=True)'
    seen = {id(each.call): each for each in reversed(found.observation.calls)}
    made: dict[str, int] = {}
    for step in found.scenario.steps:
        for name in _used(step):
            if name not in made or isinstance(step, Open):
                made[name] = made.get(name, 0) + 1
                yield _client(found, step, name, made[name])
        yield from _step(step, seen, adapter=adapter)
    if found.scenario.listening:
        yield from (f"await {_variable(name)}.close()" for name in made)
        if adapter:
            yield 'await ask(do="listen", on=False)'


def _used(step: Step) -> list[str]:
    """The names of the clients of a step, each once."""
    match step:
        case Open(name) | Revoke(name) | Close(name):
            return [name]
    return list(dict.fromkeys(call.client for call in calls_of(step)))


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", f"client_{name}")


_KEYS: Final = {
    "unknown": 'lambda key: "synap_0nobody0issued0this0key0anywhere0"',
    "missing": "lambda key: None",
    "newline": 'lambda key: key + "\\n"',
    "accented": 'lambda key: key + "\\u00e9"',
}


def _client(found: Counterexample, step: Step, name: str, number: int) -> str:
    """The line that makes a client, told as the kit told it."""
    told = [repr(name if number == 1 else f"{name} {number}")]
    if isinstance(step, Open):
        told += [f"base_url={step.at}"] if step.at != "server" else []
        told += [f"api_key={_KEYS[step.key]}"] if step.key != "own" else []
    troubles = [call.trouble for call in found.scenario.calls if call.client == name and call.trouble]
    told += [f"timeout_s={SHORT_TIMEOUT_S}"] if any(each.short for each in troubles) else []
    told += ['retry="own"'] if any(each.patient for each in troubles) else []
    return f"{_variable(name)} = Client({', '.join(told)})"


def _step(step: Step, seen: dict[int, CallSeen], *, adapter: bool) -> Iterator[str]:
    match step:
        case Revoke(name):
            yield f"{_variable(name)}.revoke()"
        case Close(name):
            yield f"await {_variable(name)}.close()"
        case Call() | Together():
            yield from _calls(step, seen, adapter=adapter)


def _calls(step: Call | Together, seen: dict[int, CallSeen], *, adapter: bool) -> Iterator[str]:
    calls = calls_of(step)
    for call in calls:
        yield from _refused(call, messages_of(call, seen.get(id(call))))
    slow = isinstance(step, Together) and step.staggered
    if slow:
        waits = [{"fault": "Latency", "seconds": round(_STAGGER_S * n, 2)} for n in reversed(range(len(calls)))]
        yield _armed({"sequence": waits})
    for call in calls:
        if call.trouble is not None:
            yield _armed(fault_of(call))
        elif call.loop == "own":
            # Whether a client waits in the wrong loop is a race with an answer that comes at once.
            yield _armed({"route": _ROUTE, "fault": "Latency", "seconds": _STAGGER_S})
    said = [_called(call, messages_of(call, seen.get(id(call))), adapter=adapter) for call in calls]
    if len(said) == 1:
        yield f"await {said[0]}"
    else:
        yield "await asyncio.gather("
        yield from (f"    {each}," for each in said)
        yield ")"
    if slow or any(call.trouble for call in calls):
        yield 'control("DELETE", "/_mock/faults")'
    if quiet := max((_quiet(seen[id(call)]) for call in calls if id(call) in seen), default=0):
        yield f"await asyncio.sleep({quiet:g})  # until then a client may refuse by itself to call"


def _quiet(seen: CallSeen) -> float:
    """How long the kit left the server in peace after a call."""
    if seen.call.trouble is None or not isinstance(seen.told, Raised):
        return 0.0
    return float(seen.call.trouble.fault.get("retry_after", 0))


def messages_of(call: Call, seen: CallSeen | None) -> tuple[Json, ...]:
    """The messages of a call, with the conversation ids that they had."""
    return call.messages if seen is None else seen.messages


def fault_of(call: Call) -> Json:
    """What is armed for a call's trouble, as the control face takes it."""
    assert call.trouble is not None  # noqa: S101 - the callers asked
    armed = {"route": _ROUTE, **call.trouble.fault}
    if not call.trouble.skips:
        return armed
    passing = {"route": _ROUTE, "fault": "Latency", "seconds": 0, "times": call.trouble.skips}
    return {"sequence": [passing, armed]}


def rejections_of(call: Call, messages: tuple[Json, ...]) -> list[Json]:
    """What is told to the server of the entries that it shall refuse."""
    entries = [messages[index] for index in call.refused]
    return [
        {
            "where": {"conversation_id": entry["conversation_id"], "content": entry["content"]},
            "error": REASON,
            "times": 1 if call.relents else None,
        }
        for entry in entries
    ]


def _armed(fault: Json) -> str:
    body = re.sub(r"'\$bystander", "bystander + '", repr(fault))
    return f'control("POST", "/_mock/faults", {body})'


def _refused(call: Call, messages: tuple[Json, ...]) -> Iterator[str]:
    for each in rejections_of(call, messages):
        yield f'control("POST", "/_mock/rejections", {each!r})'


def _called(call: Call, messages: tuple[Json, ...], *, adapter: bool) -> str:
    listed = pprint.pformat(list(messages), width=100, sort_dicts=False).replace("\n", "\n        ")
    as_object = {"tuple": "given=tuple", "generator": "given=lambda each: (m for m in each)"}
    told = [listed]
    if call.given != "list":
        told.append(f'given="{call.given}"' if adapter else as_object[call.given])
    if call.loop == "own":
        told.append('loop="own"' if adapter else "own_loop=True")
    return f"{_variable(call.client)}.call({', '.join(told)})"
