"""How to see a counterexample again: by the kit, by curl, by a Python script; each stands alone."""

from __future__ import annotations

import json
import pprint
import shlex
from typing import TYPE_CHECKING, Any

from synap_contracts.client.spec import OWN
from synap_contracts.clients import releases
from synap_contracts.oracle.judge import REASON
from synap_contracts.scenario import Call, Close, Open, Revoke, Together
from synap_contracts.server import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.observation import CallSeen
    from synap_contracts.run import Counterexample, Run

Json = Any


def command(run: Run, found: Counterexample) -> str:
    """The kit's own command."""
    return shlex.join(["synap-mock", "verify", run.spec, *run.options, "--replay", found.id])


def call_in_question(found: Counterexample) -> CallSeen | None:
    """The call that the finding is about."""
    calls = found.observation.calls
    number = found.finding.call
    return next((seen for seen in calls if seen.number == number), calls[-1] if calls else None)


def curl(found: Counterexample) -> str:
    """What a client that keeps the contract sends, by hand, against `synap-mock serve --api-key synap_dev`."""
    seen = call_in_question(found)
    body = json.dumps({"messages": list(seen.messages) if seen else []})
    return (
        "synap-mock serve --api-key synap_dev &\n"
        f"curl -s http://127.0.0.1:8765{BATCH} -H 'Authorization: Bearer synap_dev' "
        f"-H 'Content-Type: application/json' --data-binary @- <<'END'\n{body}\nEND"
    )


def python(run: Run, found: Counterexample) -> str:
    """A script that plays the scenario against a fake of its own, and prints what came of it."""
    release = releases.named(run.spec)
    factory = OWN.get("sdk" if release else run.spec, run.spec)
    script = _COMMAND if factory.startswith("cmd:") else _FACTORY
    if release is not None:
        script = f"# pip install {releases.PACKAGE}=={release.version}\n{script}"
    module, _, name = factory.partition(":")
    return script.format(
        module=module,
        name=name.split(".")[0],
        factory=name,
        command=repr(shlex.split(name)),
        tenancy=found.scenario.tenancy,
        dialect=run.dialect,
        steps="\n".join(_steps(found)),
    )


_HEAD = """\
import asyncio, inspect, json

import httpx
from synap_mock import SynapMock
"""

_FACTORY = (
    _HEAD
    + """from {module} import {name}

fake = SynapMock(dialect={dialect!r})
clients, keys = {{}}, {{}}


async def done(value):
    return await value if inspect.isawaitable(value) else value


async def play(url):
    def control(method, path, body=None):
        return httpx.request(method, url + path, json=body).raise_for_status()

    async def open_client(name, url=url, key=None):
        keys.setdefault(name, control("POST", "/_mock/keys", {{"tenancy": {tenancy!r}}}).json()["key"])
        client = clients[name] = await done({factory}(url, keys[name] if key is None else key or None))
        if hasattr(client, "initialize"):
            await done(client.initialize())

    async def call(name, messages, given=list):
        try:
            if name not in clients:
                await open_client(name)
            client = clients[name]
            method = getattr(client, "record_messages_batch", None) or client.conversation.record_messages_batch
            if not inspect.iscoroutinefunction(method):
                print("returned", await done(await asyncio.to_thread(method, given(messages))))
            else:
                print("returned", await method(given(messages)))
        except Exception as error:
            print("raised", repr(error))

{steps}
    for each in control("GET", "/_mock/conversations").json()["conversations"]:
        path = f"/_mock/conversations/{{each['conversation_id']}}?instance_id={{each['instance_id']}}"
        print("recorded", json.dumps(control("GET", path).json(), indent=1))


with fake.serve() as server:
    asyncio.run(play(server.url))
"""
)

_COMMAND = (
    _HEAD
    + """import subprocess

fake = SynapMock(dialect={dialect!r})
adapter = subprocess.Popen({command}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(json.loads(adapter.stdout.readline()))
clients, keys = {{}}, {{}}


def ask(**request):
    adapter.stdin.write(json.dumps({{"id": 1, **request}}).encode() + b"\\n")
    adapter.stdin.flush()
    print(json.loads(adapter.stdout.readline()))


async def play(url):
    def control(method, path, body=None):
        return httpx.request(method, url + path, json=body).raise_for_status()

    async def open_client(name, url=url, key=None):
        keys.setdefault(name, control("POST", "/_mock/keys", {{"tenancy": {tenancy!r}}}).json()["key"])
        clients[name] = name
        api_key = keys[name] if key is None else key or None
        ask(do="open", client=name, base_url=url, api_key=api_key, timeout_s=0.5, retry="fast")

    async def call(name, messages, given=list):
        if name not in clients:
            await open_client(name)
        ask(do="call", client=name, messages=messages, given=given.__name__)

{steps}
    for each in control("GET", "/_mock/conversations").json()["conversations"]:
        path = f"/_mock/conversations/{{each['conversation_id']}}?instance_id={{each['instance_id']}}"
        print("recorded", json.dumps(control("GET", path).json(), indent=1))


with fake.serve() as server:
    asyncio.run(play(server.url))
adapter.kill()
"""
)


def _steps(found: Counterexample) -> Iterator[str]:
    """The scenario's steps as lines of the function."""
    seen = iter(found.observation.calls)
    for step in found.scenario.steps:
        match step:
            case Open(client, key, at):
                named = {
                    "own": "None",
                    "unknown": repr("synap_nobody"),
                    "missing": repr(""),
                    "newline": f"keys.get({client!r}, 'synap_key') + '\\n'",
                    "accented": repr("synap_é"),
                }
                where = {"server": "url", "nobody": repr("http://127.0.0.1:9"), "bystander": "url"}[at]
                yield f"    await open_client({client!r}, {where}, {named[key]})"
            case Revoke(client):
                yield f"    control('DELETE', '/_mock/keys/' + keys[{client!r}])"
            case Close(client):
                yield f"    clients.pop({client!r}, None)"
            case Call() as call:
                yield from _armed(call, next(seen, None))
                yield f"    await {_called(call, next_messages(found, call))}"
            case Together(calls):
                each = ", ".join(_called(call, next_messages(found, call)) for call in calls)
                yield f"    await asyncio.gather({each})"


def next_messages(found: Counterexample, call: Call) -> tuple[Json, ...]:
    """The messages of a call, with the conversation ids that they had."""
    return next((seen.messages for seen in found.observation.calls if seen.call is call), call.messages)


def _armed(call: Call, seen: CallSeen | None) -> Iterator[str]:
    if call.trouble is not None:
        fault = call.trouble.fault
        armed = {"route": f"POST {BATCH}", **fault}
        if call.trouble.skips:
            passing = {"route": f"POST {BATCH}", "fault": "Latency", "seconds": 0, "times": call.trouble.skips}
            armed = {"sequence": [passing, armed]}
        yield f"    control('POST', '/_mock/faults', {armed!r})"
    for index in call.refused:
        entry = seen.messages[index] if seen else call.messages[index]
        where = {"conversation_id": entry["conversation_id"], "content": entry["content"]}
        refusal = {"where": where, "error": REASON, "times": 1 if call.relents else None}
        yield f"    control('POST', '/_mock/rejections', {refusal!r})"


def _called(call: Call, messages: tuple[Json, ...]) -> str:
    given = {"list": "", "tuple": ", tuple", "generator": ", iter"}[call.given]
    listed = pprint.pformat(list(messages), width=100, sort_dicts=False).replace("\n", "\n        ")
    return f"call({call.client!r}, {listed}{given})"
