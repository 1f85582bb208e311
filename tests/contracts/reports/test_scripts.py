"""The script of a counterexample runs for every kind of scenario."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest
from labels import Exhibit, catalogue
from synap_contracts.clauses.auth import AUTH_OWN
from synap_contracts.clauses.connection import NET_TIMEOUT
from synap_contracts.clauses.rows import TRUE
from synap_contracts.clauses.sending import ONCE, SEND_INPUT
from synap_contracts.clauses.statuses import RATE_LIMIT, REDIRECT
from synap_contracts.client.protocol import Hung, Raised
from synap_contracts.client.spec import Spec
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.observation.violation import Violation
from synap_contracts.report import reproduce
from synap_contracts.runs.result import Counterexample, Run
from synap_contracts.runs.scenario_runner import ScenarioRunner, random_from
from synap_contracts.scenarios.model import Call, Close, Open, Revoke, Scenario, Together, Trouble
from synap_contracts.server.other_origin import other_origin
from synap_contracts.server.server import Key, own_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.clauses.clause import Clause
    from synap_contracts.scenarios.model import Step

CLIENT = '''
import time

from synap_contracts.client.bundled import reference


class Inner:
    make = staticmethod(reference.make)


def run(url, key):
    """Has the name of a function in the script, and other parameters."""
    return reference.make(url, key)


def control(*, api_key, base_url):
    """Has the name of another function, and keyword-only parameters."""
    return reference.make(base_url, api_key)


class Odd:
    """A synchronous client that changes its arguments and its answers, and can hang."""

    def __init__(self, base_url, api_key):
        self.answer = {"total": 0}

    def record_messages_batch(self, messages):
        if len(messages) > 1:
            time.sleep(60)
        messages[0]["role"] = "changed"
        self.answer["total"] += 1
        return self.answer
'''


def entry(content: str = "a", **more: Any) -> dict[str, Any]:
    return {"conversation_id": "$0", "role": "user", "content": content, **more}


ONE = (entry(),)
CALL = Call(ONE)
LOST = Trouble(ONCE.id, {"fault": "Disconnected", "times": 1, "after_commit": True}, "the connection was closed")
LATER = Trouble(TRUE.id, {"fault": "ServerError", "status": 503, "times": 1}, "the server returned 503", skips=1)
SHORT = Trouble(NET_TIMEOUT.id, {"fault": "ReadTimeout", "times": 1}, "no response arrived in time", short=True)
MOVED = Trouble(
    REDIRECT.id,
    {"fault": "Respond", "status": 307, "headers": {"Location": "$bystander/there"}, "json": {}, "times": None},
    "the server returned the address of another origin",
)

STEPS: Final[dict[str, tuple[tuple[Step, ...], str]]] = {
    "revoked-before-it-is-opened": ((Revoke(), CALL), "raised [^\n]*AuthenticationError"),
    "revoked-between-two-calls": ((CALL, Revoke(), CALL), "returned .*raised [^\n]*AuthenticationError"),
    "an-unknown-key": ((Open(key="unknown"), CALL), "raised [^\n]*AuthenticationError"),
    "no-key": ((Open(key="missing"), CALL), "raised [^\n]*AuthenticationError"),
    "an-accented-key": ((Open(key="accented"), CALL), "raised [^\n]*AuthenticationError"),
    "no-server": ((Open(at="nobody"), CALL), "raised [^\n]*NetworkError"),
    "another-origin": ((Open(at="bystander"), CALL), "another origin received 'POST /v1/.*raised "),
    "closed-and-opened": ((CALL, Close(), CALL), "returned .*\nreturned "),
    "concurrent": ((Together((CALL, Call((entry("b"),))), staggered=True),), "returned .*\nreturned "),
    "in-its-own-event-loop": ((CALL, Call(ONE, loop="own")), "returned .*\nreturned "),
    "a-tuple": ((Call(ONE, given="tuple"),), 'returned {"total": 1'),
    "a-generator": ((Call(ONE, given="generator"),), 'returned {"total": 1'),
    "rejected": ((Call((entry("x"), entry("y")), refused=(1,)),), 'returned [^\n]*"failed": 1, .*"error":'),
    "a-lost-connection": ((Call(ONE, trouble=LOST), CALL), "raised [^\n]*NetworkError.*\nreturned "),
    "trouble-with-a-later-request": ((Call(ONE, trouble=LATER), CALL), "returned .*\nreturned "),
    "a-timeout": ((Call(ONE, trouble=SHORT),), "raised [^\n]*NetworkError"),
    "a-redirect": ((Call(ONE, trouble=MOVED),), "raised "),
    "an-unusual-content": ((Call((entry("'\"\\\n\x00\u2028{}$steps"),)),), 'returned {"total": 1, "succeeded": 1'),
}
"""Steps of client a, and a pattern for what the script prints."""


def of_client(step: Step, client: str) -> Step:
    match step:
        case Together(calls):
            return replace(step, calls=tuple(replace(call, client=client) for call in calls))
        case _:
            return replace(step, client=client)


ALL = Scenario(tuple(of_client(step, name) for name, (steps, _) in STEPS.items() for step in steps))
"""All steps in one scenario, each group with a client of its own."""


class RunScript(Protocol):
    """Runs a scenario with a client, and returns the output of the resulting script."""

    def __call__(self, spec: str, scenario: Scenario) -> str: ...


def run_of(spec: str, *options: str) -> Run:
    return Run(spec, spec, None, "http://127.0.0.1:1", "documented", "quick", 1, None, (), 1.0, (), options=options)


def output(text: str, folder: Path) -> str:
    """Return the output of a script, including standard error."""
    (folder / "again.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "again.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=folder,
        timeout=60,
    )
    assert (done.returncode, "\nTraceback" in f"\n{done.stdout}") == (0, False), done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def run_script(tmp_path_factory: pytest.TempPathFactory) -> RunScript:
    def run(spec: str, scenario: Scenario) -> str:
        with own_server("documented") as server, other_origin() as origin:
            runner = ScenarioRunner(server, Spec(spec).start, origin, random_from(1))
            try:
                observation = runner.run(scenario, fresh=True)
            finally:
                runner.stop()
        example = Counterexample("0123", scenario, observation, Violation(TRUE.id, "it is\nnot true"))
        return output(reproduce.python(run_of(spec), example), tmp_path_factory.mktemp("script"))

    return run


def by_client(text: str) -> dict[str, str]:
    """Return the output for each client."""
    parts = re.split(r"^client ([\w-]+)(?: \d)? has the key synap_\w+, of inst_\w+\n", text, flags=re.MULTILINE)
    texts: dict[str, str] = {}
    for name, part in zip(parts[1::2], parts[2::2], strict=True):
        texts[name] = texts.get(name, "") + part
    return texts


@pytest.fixture(scope="module")
def printed(run_script: RunScript) -> dict[str, str]:
    """The output of the script of all steps for each client."""
    return by_client(run_script("reference", ALL))


@pytest.mark.parametrize(("name", "shows"), [(name, shows) for name, (_, shows) in STEPS.items()], ids=STEPS)
def test_script_runs_every_kind_of_step(name: str, shows: str, printed: dict[str, str]) -> None:
    assert re.match(shows, printed[name], re.DOTALL), printed[name]


def test_script_prints_requests_and_recorded_messages(printed: dict[str, str]) -> None:
    last = printed["an-unusual-content"]
    assert re.search(r"^at [\d:.]{12} POST /v1/conversations/messages/batch returned nothing$", last, re.MULTILINE)
    assert r'''"content": "'\"\\\n\u0000\u2028{}$steps"''' in last


ADAPTER = f"cmd:{sys.executable} -m synap_contracts.client synap_contracts.client.bundled.reference:make adapted"
REPLIES: Final = {
    "revoked-before-it-is-opened": ["open answer", "call raised"],
    "no-key": ["open raised"],
    "no-server": ["open answer", "call raised"],
    "closed-and-opened": ["open answer", "call answer", "close answer", "open answer", "call answer"],
    "concurrent": ["open answer", "call answer", "call answer"],
    "in-its-own-event-loop": ["open answer", "call answer", "call answer"],
    "a-generator": ["open answer", "call answer"],
    "a-lost-connection": ["open answer", "call raised", "call answer"],
}


@pytest.fixture(scope="module")
def replied(run_script: RunScript) -> dict[str, str]:
    """The output of the script for an adapter."""
    return by_client(run_script(ADAPTER, ALL))


@pytest.mark.parametrize(("name", "replies"), REPLIES.items(), ids=REPLIES)
def test_script_runs_an_adapter(name: str, replies: list[str], replied: dict[str, str]) -> None:
    assert [
        " ".join(each) for each in re.findall(r'^(\w+) {"id": \d+, "(\w+)"', replied[name], re.MULTILINE)
    ] == replies


LISTENING = Scenario((Open(key="newline"), CALL), listening=True)


def test_listening_script_prints_log_records(run_script: RunScript) -> None:
    scenario = replace(LISTENING, steps=(Open(at="nobody"), CALL))
    assert "logged by httpcore.connection: connect_tcp.started" in run_script("reference", scenario)


def test_listening_script_sends_listen_to_an_adapter(run_script: RunScript) -> None:
    words = [line.partition(" ")[0] for line in run_script(ADAPTER, LISTENING).splitlines()]
    assert words == ["began:", "listen", "client", "open", "close", "listen"]


def test_script_uses_the_same_tenancy(run_script: RunScript) -> None:
    assert "customer_id" in run_script("reference", Scenario((CALL,), tenancy="b2b"))


def script(folder: Path, factory: str, *calls: ObservedCall, clause: Clause = TRUE, **observed: Any) -> str:
    """Return a script for a client of the module above."""
    (folder / "mine").mkdir()
    (folder / "mine" / "clients.py").write_text(CLIENT, encoding="utf-8")
    scenario = Scenario(tuple(call.call for call in calls))
    observation = Observation(scenario, tuple(ObservedStep((call,), {}, {}) for call in calls), **observed)
    example = Counterexample("0123", scenario, observation, Violation(clause.id, "it is\nnot true"))
    return reproduce.python(run_of(f"clients:{factory}", "--path", str(folder / "mine")), example)


OBSERVED = ObservedCall(0, CALL, ONE, Raised("E", frozenset(), ""), Key("", ""))


@pytest.mark.parametrize("factory", ["Inner.make", "run", "control"])
def test_script_calls_a_factory_like_the_kit(factory: str, tmp_path: Path) -> None:
    assert "conversation_id is not a UUID" in output(script(tmp_path, factory, OBSERVED), tmp_path)


def test_script_shows_changed_messages(tmp_path: Path) -> None:
    shown = output(script(tmp_path, "Odd", OBSERVED, clause=SEND_INPUT), tmp_path)
    assert 'the caller\'s messages are now [{"conversation_id": "$0", "role": "changed"' in shown


def test_script_shows_an_altered_answer(tmp_path: Path) -> None:
    shown = output(script(tmp_path, "Odd", OBSERVED, replace(OBSERVED, number=1), altered=(object(),)), tmp_path)
    assert 'the answer {"total": 1} is now {"total": 2}' in shown


def test_script_waits_as_long_as_the_kit(tmp_path: Path) -> None:
    hung = replace(OBSERVED, call=Call(ONE * 2), messages=ONE * 2, outcome=Hung(0.4))
    assert "no answer for 1 s" in output(script(tmp_path, "Odd", hung), tmp_path)


def test_script_pauses_as_long_as_the_kit(tmp_path: Path) -> None:
    limited = Trouble(RATE_LIMIT.id, {"fault": "RateLimited", "times": 1, "retry_after": 7}, "the server returned 429")
    paused = replace(OBSERVED, call=Call(ONE, trouble=limited), quiet_s=7.0)
    text = script(tmp_path, "Odd", paused, replace(OBSERVED, number=1))
    assert text.index("/_mock/faults") < text.index("await asyncio.sleep(7)") < text.rindex("client_a.call(")


def test_script_builds_values_that_json_does_not_have(tmp_path: Path) -> None:
    when = {"$python": "datetime", "value": "2026-05-16T08:30:00"}
    messages = ({**ONE[0], "metadata": {"a": [when, {"$python": "float", "value": "nan"}]}},)
    text = script(tmp_path, "Odd", replace(OBSERVED, call=Call(messages), messages=messages))
    assert "{'a': [datetime.datetime(2026, 5, 16, 8, 30), nan]}" in text
    compile(text, "script.py", "exec")


def test_script_begins_with_its_finding(tmp_path: Path) -> None:
    assert script(tmp_path, "Odd", OBSERVED).startswith("# TRUE: it is\\nnot true\nimport asyncio\n")


@pytest.mark.parametrize(
    ("clause", "steady", "note"),
    [
        pytest.param(TRUE, False, "# It does not happen every time.", id="unsteady"),
        pytest.param(AUTH_OWN, True, "# The kit's process had opened other clients before", id="one-client-alone"),
    ],
)
def test_script_notes_why_it_may_not_fail(clause: Clause, note: str, *, steady: bool) -> None:
    scenario = Scenario((CALL,))
    finding = Violation(clause.id, "it is not true")
    example = Counterexample("0123", scenario, Observation(scenario, ()), finding, steady=steady)
    assert reproduce.python(run_of("reference"), example).splitlines()[1].startswith(note)


WRONG = {f"{each.module}:{each.factory}": each for each in catalogue() if each.label.clause}
FIRST = {each.label.clause: name for name, each in reversed(WRONG.items())}.values()


@pytest.mark.whole
@pytest.mark.parametrize("name", FIRST)
def test_script_of_each_clauses_first_client_runs(
    name: str, run: Callable[..., Run], zoo: Path, tmp_path: Path
) -> None:
    exhibit: Exhibit = WRONG[name]
    clause = exhibit.label.clause
    alone = clause == "REUSE" or exhibit.module == "hanging"
    result_of_run = run(
        name,
        clause,
        in_process=not alone,
        deadline_s=2.5 if alone else 5.0,
        dialect="observed" if clause == "DIALECT" else "documented",
    )
    (result,) = result_of_run.clauses
    assert result.counterexample is not None
    text = reproduce.python(replace(result_of_run, options=("--path", str(zoo))), result.counterexample)
    assert re.search("^(returned|raised|no answer)", output(text, tmp_path), re.MULTILINE)
