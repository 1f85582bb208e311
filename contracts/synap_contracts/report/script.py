"""A counterexample as a self-contained Python script: it runs the steps against a fake of its own."""

from __future__ import annotations

import math
import pprint
import re
import shlex
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.auth import AUTH_OWN
from synap_contracts.clauses.sending import SEND_INPUT
from synap_contracts.client import releases
from synap_contracts.client.driver import SHORT_TIMEOUT_S
from synap_contracts.client.host.building import build
from synap_contracts.client.protocol import Ended, Hung, has_tagged
from synap_contracts.client.spec import BUNDLED
from synap_contracts.observation.expected import REASON
from synap_contracts.runs.faults import scheduled_fault
from synap_contracts.runs.scenario_runner import STAGGER_S
from synap_contracts.runs.state import UNKNOWN_KEY
from synap_contracts.scenarios.model import Call, Close, Open, Revoke, Together, calls_of
from synap_contracts.server.server import BATCH_ROUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation.observed import ObservedCall
    from synap_contracts.runs.result import Counterexample, Run
    from synap_contracts.scenarios.model import Json, Step

_MAX_WAITS: Final = 4
_CALL_S: Final = 10

_TEMPLATE: Final = Path(__file__).with_name("script.txt")
_TAG: Final = "#? "
"""Separates a line of the template from its tags. A script has only the lines whose tags its steps need."""


def script(run: Run, example: Counterexample) -> str:
    """Return the script. Its output shows what the counterexample shows.

    Args:
        run: The run, for the client and the dialect of the server.
        example: The counterexample.
    """
    release = releases.parse(run.spec)
    factory = BUNDLED.get("sdk" if release else run.spec, run.spec)
    command = shlex.split(factory.removeprefix("cmd:")) if factory.startswith("cmd:") else []
    module, _, dotted = factory.partition(":")
    name, _, inner = dotted.partition(".")
    steps = "\n".join(f"    {line}" for line in _steps(example, adapter=bool(command)))
    tags = {"adapter" if command else "python", *(["inner"] if inner else []), *_tags(example, steps)}
    lines = [line.partition(_TAG) for line in _TEMPLATE.read_text(encoding="utf-8").splitlines()]
    template = "\n".join(text.rstrip() for text, _, tag in lines if set(tag.split()) <= tags)
    text = Template(f"{template}\n").substitute(
        message=_comment(f"{example.violation.clause}: {example.violation.message}", _notes(example)),
        folders=[*(folder for option, folder in pairwise(run.options) if option == "--path"), ""],
        module=module,
        name=name if name == "make" else f"{name} as make",
        inner=inner,
        command=command,
        dialect=repr(run.dialect),
        tenancy=repr(example.scenario.tenancy),
        seconds=_seconds(example),
        steps=steps,
    )
    return text if release is None else f"# pip install {releases.PACKAGE}=={release.version}\n{text}"


def _comment(text: str, notes: Iterator[str]) -> str:
    printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return "\n# ".join([printable, *notes])


def _notes(example: Counterexample) -> Iterator[str]:
    """Yield the reasons why a script may not show what the kit observed."""
    if not example.steady:
        yield "It does not happen every time."
    if example.violation.clause == AUTH_OWN.id and len({call.client for call in example.scenario.calls}) == 1:
        yield "The kit's process had opened other clients before. A client that is alone may not fail."


def _tags(example: Counterexample, steps: str) -> Iterator[str]:
    """Yield the tags of the optional lines that a script needs."""
    needs = {
        "logs": example.scenario.listening,
        "nobody": "=nobody" in steps,
        "bystander": "bystander" in steps,
        "revoke": ".revoke()" in steps,
        "close": ".close()" in steps,
        "values": any(map(has_tagged, (call.messages for call in example.scenario.calls))),
        "input": example.violation.clause == SEND_INPUT.id,
        "altered": bool(example.observation.altered),
        "stays": not example.scenario.ending,
    }
    yield from (tag for tag, needed in needs.items() if needed)


def _seconds(example: Counterexample) -> int:
    """Return how long the script waits for a call: as long as the kit did if it got no answer."""
    outcomes = [call.outcome for call in example.observation.calls]
    hung = [each.seconds for each in outcomes if isinstance(each, Hung) and not isinstance(each, Ended)]
    waits = [
        _MAX_WAITS * float(call.trouble.fault.get("retry_after", 0))
        for call in example.scenario.calls
        if call.trouble and call.trouble.patient
    ]
    return math.ceil(max(hung, default=_CALL_S + max(waits, default=0)))


def _steps(example: Counterexample, *, adapter: bool) -> Iterator[str]:
    """Yield the lines of the function that runs the steps."""
    if adapter:
        yield "await start()"
        if example.scenario.listening:
            yield 'await ask(do="listen", on=True)'
    observed = {id(each.call): each for each in reversed(example.observation.calls)}
    created: dict[str, int] = {}
    for step in example.scenario.steps:
        for name in _clients_of(step):
            if name not in created or isinstance(step, Open):
                created[name] = created.get(name, 0) + 1
                yield _new_client(example, step, name, created[name])
        yield from _step(step, observed, adapter=adapter)
    if example.scenario.listening:
        yield from (f"await {_variable(name)}.close()" for name in created)
        if adapter:
            yield 'await ask(do="listen", on=False)'


def _clients_of(step: Step) -> list[str]:
    """Return the names of the clients of a step, each once."""
    match step:
        case Open(name) | Revoke(name) | Close(name):
            return [name]
    return list(dict.fromkeys(call.client for call in calls_of(step)))


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", f"client_{name}")


_KEYS: Final = {
    "unknown": f'lambda key: "{UNKNOWN_KEY}"',
    "missing": "lambda key: None",
    "newline": 'lambda key: key + "\\n"',
    "accented": 'lambda key: key + "\\u00e9"',
}


def _new_client(example: Counterexample, step: Step, name: str, number: int) -> str:
    """Return the line that creates a client with the same arguments as in the kit."""
    arguments = [repr(name if number == 1 else f"{name} {number}")]
    if isinstance(step, Open):
        arguments += [f"base_url={step.at}"] if step.at != "server" else []
        arguments += [f"api_key={_KEYS[step.key]}"] if step.key != "own" else []
    troubles = [call.trouble for call in example.scenario.calls if call.client == name and call.trouble]
    arguments += [f"timeout_s={SHORT_TIMEOUT_S}"] if any(each.short for each in troubles) else []
    arguments += ['retry="own"'] if any(each.patient for each in troubles) else []
    return f"{_variable(name)} = Client({', '.join(arguments)})"


def _step(step: Step, observed: dict[int, ObservedCall], *, adapter: bool) -> Iterator[str]:
    match step:
        case Revoke(name):
            yield f"{_variable(name)}.revoke()"
        case Close(name):
            yield f"await {_variable(name)}.close()"
        case Call() | Together():
            yield from _calls(step, observed, adapter=adapter)


def _calls(step: Call | Together, observed: dict[int, ObservedCall], *, adapter: bool) -> Iterator[str]:
    calls = calls_of(step)
    staggered = isinstance(step, Together) and step.staggered
    yield from _preparation(calls, observed, staggered=staggered)
    lines = [_call(call, messages_of(call, observed.get(id(call))), adapter=adapter) for call in calls]
    if len(lines) == 1:
        yield f"await {lines[0]}"
    else:
        yield "await asyncio.gather("
        yield from (f"    {each}," for each in lines)
        yield ")"
    if staggered or any(call.trouble for call in calls):
        yield 'control("DELETE", "/_mock/faults")'
    if pause := max((observed[id(call)].quiet_s for call in calls if id(call) in observed), default=0):
        yield f"await asyncio.sleep({pause:g})  # until then a client may refuse to send"


def _preparation(calls: tuple[Call, ...], observed: dict[int, ObservedCall], *, staggered: bool) -> Iterator[str]:
    """Yield the lines for the control API before the calls."""
    for call in calls:
        for each in rejections_of(call, messages_of(call, observed.get(id(call)))):
            yield f'control("POST", "/_mock/rejections", {each!r})'
    if staggered:
        delays = [{"fault": "Latency", "seconds": round(STAGGER_S * n, 2)} for n in reversed(range(len(calls)))]
        yield _schedule({"sequence": delays})
    for call in calls:
        if call.trouble is not None:
            yield _schedule(fault_of(call))
        elif call.loop == "own":
            # A response that arrives at once can hide that a client waits in the wrong loop.
            yield _schedule({"route": BATCH_ROUTE, "fault": "Latency", "seconds": STAGGER_S})


def messages_of(call: Call, observed: ObservedCall | None) -> tuple[Json, ...]:
    """Return the messages of a call, with the conversation IDs that they had."""
    return call.messages if observed is None else observed.messages


def fault_of(call: Call) -> Json:
    """Return the fault of a call's failure, in the format of the control API."""
    assert call.trouble is not None  # noqa: S101 - the callers check it
    return scheduled_fault({"route": BATCH_ROUTE, **call.trouble.fault}, call.trouble.skips)


def rejections_of(call: Call, messages: tuple[Json, ...]) -> list[Json]:
    """Return the rejections of a call's entries, in the format of the control API."""
    entries = [messages[index] for index in call.refused]
    return [
        {
            "where": {"conversation_id": entry["conversation_id"], "content": entry["content"]},
            "error": REASON,
            "times": 1 if call.relents else None,
        }
        for entry in entries
    ]


def _schedule(fault: Json) -> str:
    body = re.sub(r"'\$bystander", "bystander + '", repr(fault))
    return f'control("POST", "/_mock/faults", {body})'


def _call(call: Call, messages: tuple[Json, ...], *, adapter: bool) -> str:
    listed = pprint.pformat(build(list(messages)), width=100, sort_dicts=False).replace("\n", "\n        ")
    as_object = {"tuple": "given=tuple", "generator": "given=lambda each: (m for m in each)"}
    arguments = [listed]
    if call.given != "list":
        arguments.append(f'given="{call.given}"' if adapter else as_object[call.given])
    if call.loop == "own":
        arguments.append('loop="own"' if adapter else "own_loop=True")
    return f"{_variable(call.client)}.call({', '.join(arguments)})"
