"""A counterexample's script and its curl command stand alone, whatever the scenario is made of."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest
from labels import Exhibit, catalogue
from synap_contracts.client.protocol import Hung, Raised
from synap_contracts.client.spec import Spec
from synap_contracts.observation.finding import Finding
from synap_contracts.observation.observed import CallSeen, Event, Observation
from synap_contracts.report import reproduce
from synap_contracts.runs.result import Counterexample, Run
from synap_contracts.runs.scenario_runner import Player, random_of
from synap_contracts.scenarios.model import Call, Close, Open, Revoke, Scenario, Together, Trouble
from synap_contracts.server.other_origin import bystander
from synap_contracts.server.server import Key, own_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.scenarios.model import Step

CLIENT = '''
import time

from synap_contracts.client.bundled import reference


class Inner:
    make = staticmethod(reference.make)


def play(url, key):
    """Named as the script's own function, arguments in order."""
    return reference.make(url, key)


def control(*, api_key, base_url):
    """Named as another, arguments by name only, in another order."""
    return reference.make(base_url, api_key)


class Odd:
    """Not awaited; it changes its arguments and its answers, and may hang."""

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
LOST = Trouble("ONCE", {"fault": "Disconnected", "times": 1, "after_commit": True}, "the line was closed")
LATER = Trouble("TRUE", {"fault": "ServerError", "status": 503, "times": 1}, "the server answered 503", skips=1)
SHORT = Trouble("NET-TIMEOUT", {"fault": "ReadTimeout", "times": 1}, "no answer came in time", short=True)
MOVED = Trouble(
    "REDIRECT",
    {"fault": "Respond", "status": 307, "headers": {"Location": "$bystander/there"}, "json": {}, "times": None},
    "the server named another origin",
)

STEPS: Final[dict[str, tuple[tuple[Step, ...], str]]] = {
    "revoked-before-it-is-opened": ((Revoke(), CALL), "raised [^\n]*AuthenticationError"),
    "revoked-between-two-calls": ((CALL, Revoke(), CALL), "returned .*raised [^\n]*AuthenticationError"),
    "a-wrong-key": ((Open(key="unknown"), CALL), "raised [^\n]*AuthenticationError"),
    "no-key": ((Open(key="missing"), CALL), "raised [^\n]*AuthenticationError"),
    "an-accented-key": ((Open(key="accented"), CALL), "raised [^\n]*AuthenticationError"),
    "nobody-listens": ((Open(at="nobody"), CALL), "raised [^\n]*NetworkError"),
    "another-origin": ((Open(at="bystander"), CALL), "another origin got 'POST /v1/.*raised "),
    "closed-and-opened": ((CALL, Close(), CALL), "returned .*\nreturned "),
    "at-once": ((Together((CALL, Call((entry("b"),))), staggered=True),), "returned .*\nreturned "),
    "in-a-loop-of-its-own": ((CALL, Call(ONE, loop="own")), "returned .*\nreturned "),
    "a-tuple": ((Call(ONE, given="tuple"),), 'returned {"total": 1'),
    "a-generator": ((Call(ONE, given="generator"),), 'returned {"total": 1'),
    "refused": ((Call((entry("x"), entry("y")), refused=(1,)),), 'returned [^\n]*"failed": 1, .*"error":'),
    "the-line-is-cut": ((Call(ONE, trouble=LOST), CALL), "raised [^\n]*NetworkError.*\nreturned "),
    "trouble-with-a-later-request": ((Call(ONE, trouble=LATER), CALL), "returned .*\nreturned "),
    "silence": ((Call(ONE, trouble=SHORT),), "raised [^\n]*NetworkError"),
    "a-redirect": ((Call(ONE, trouble=MOVED),), "raised "),
    "an-odd-content": ((Call((entry("'\"\\\n\x00\u2028{}$steps"),)),), 'returned {"total": 1, "succeeded": 1'),
}
"""Steps of client a, and what the script prints of them."""


def of_client(step: Step, client: str) -> Step:
    match step:
        case Together(calls):
            return replace(step, calls=tuple(replace(call, client=client) for call in calls))
        case _:
            return replace(step, client=client)


ALL = Scenario(tuple(of_client(step, name) for name, (steps, _) in STEPS.items() for step in steps))
"""All steps in one scenario, each lot with a client of its own."""


class Printed(Protocol):
    """Plays a scenario with a client, and gives what the script prints that is made of what was seen."""

    def __call__(self, spec: str, scenario: Scenario) -> str: ...


def run_of(spec: str, *options: str) -> Run:
    return Run(spec, spec, None, "http://127.0.0.1:1", "documented", "quick", 1, None, (), 1.0, (), options=options)


def output(text: str, folder: Path) -> str:
    """What a script prints, on standard error too: nothing of ours shall be there."""
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
    assert (done.returncode, "Traceback" in done.stdout) == (0, False), done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    def printing(spec: str, scenario: Scenario) -> str:
        with own_server("documented") as server, bystander() as neighbour:
            player = Player(server, Spec(spec).start, neighbour, random_of(1))
            try:
                observation = player.play(scenario, fresh=True)
            finally:
                player.stop()
        found = Counterexample("0123", scenario, observation, Finding("TRUE", "it is\nnot true"))
        return output(reproduce.python(run_of(spec), found), tmp_path_factory.mktemp("script"))

    return printing


def by_client(text: str) -> dict[str, str]:
    """What is printed of each client."""
    parts = re.split(r"^client ([\w-]+)(?: \d)? has the key synap_\w+, of inst_\w+\n", text, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for name, said in zip(parts[1::2], parts[2::2], strict=True):
        found[name] = found.get(name, "") + said
    return found


@pytest.fixture(scope="module")
def called(printed: Printed) -> dict[str, str]:
    """What the script of all steps prints of each client."""
    return by_client(printed("reference", ALL))


@pytest.mark.parametrize(("name", "shows"), [(name, shows) for name, (_, shows) in STEPS.items()], ids=STEPS)
def test_a_script_plays_every_kind_of_step(name: str, shows: str, called: dict[str, str]) -> None:
    assert re.match(shows, called[name], re.DOTALL), called[name]


def test_a_script_tells_what_was_asked_of_the_server_and_what_it_has(called: dict[str, str]) -> None:
    last = called["an-odd-content"]
    assert re.search(r"^at [\d:.]{12} POST /v1/conversations/messages/batch was answered nothing$", last, re.MULTILINE)
    assert r'''"content": "'\"\\\n\u0000\u2028{}$steps"''' in last


ADAPTER = f"cmd:{sys.executable} -m synap_contracts.client synap_contracts.client.bundled.reference:make adapted"
REPLIES: Final = {
    "revoked-before-it-is-opened": ["open answer", "call raised"],
    "no-key": ["open raised"],
    "nobody-listens": ["open answer", "call raised"],
    "closed-and-opened": ["open answer", "call answer", "close answer", "open answer", "call answer"],
    "at-once": ["open answer", "call answer", "call answer"],
    "in-a-loop-of-its-own": ["open answer", "call answer", "call answer"],
    "a-generator": ["open answer", "call answer"],
    "the-line-is-cut": ["open answer", "call raised", "call answer"],
}


@pytest.fixture(scope="module")
def spoken(printed: Printed) -> dict[str, str]:
    """The same of an adapter's script."""
    return by_client(printed(ADAPTER, ALL))


@pytest.mark.parametrize(("name", "replies"), REPLIES.items(), ids=REPLIES)
def test_a_script_speaks_with_an_adapter(name: str, replies: list[str], spoken: dict[str, str]) -> None:
    assert [" ".join(each) for each in re.findall(r'^(\w+) {"id": \d+, "(\w+)"', spoken[name], re.MULTILINE)] == replies


LISTENING = Scenario((Open(key="newline"), CALL), listening=True)


def test_a_script_that_listens_prints_the_log(printed: Printed) -> None:
    scenario = replace(LISTENING, steps=(Open(at="nobody"), CALL))
    assert "logged by httpcore.connection: connect_tcp.started" in printed("reference", scenario)


def test_an_adapter_is_told_to_listen(printed: Printed) -> None:
    words = [line.partition(" ")[0] for line in printed(ADAPTER, LISTENING).splitlines()]
    assert words == ["began:", "listen", "client", "open", "close", "listen"]


def test_a_script_has_an_instance_of_the_same_tenancy(printed: Printed) -> None:
    assert "customer_id" in printed("reference", Scenario((CALL,), tenancy="b2b"))


def script(folder: Path, factory: str, *calls: CallSeen, clause: str = "TRUE", **observed: Any) -> str:
    """A script for a client of the module above, with what was observed put in."""
    (folder / "mine").mkdir()
    (folder / "mine" / "clients.py").write_text(CLIENT, encoding="utf-8")
    scenario = Scenario(tuple(seen.call for seen in calls))
    observation = Observation(scenario, tuple(Event((seen,), {}, {}) for seen in calls), **observed)
    found = Counterexample("0123", scenario, observation, Finding(clause, "it is\nnot true"))
    return reproduce.python(run_of(f"clients:{factory}", "--path", str(folder / "mine")), found)


SEEN = CallSeen(0, CALL, ONE, Raised("E", frozenset(), ""), Key("", ""))


@pytest.mark.parametrize("factory", ["Inner.make", "play", "control"])
def test_a_script_calls_a_factory_as_the_kit_does(factory: str, tmp_path: Path) -> None:
    assert "conversation_id is no UUID" in output(script(tmp_path, factory, SEEN), tmp_path)


def test_a_script_shows_what_became_of_the_callers_messages(tmp_path: Path) -> None:
    shown = output(script(tmp_path, "Odd", SEEN, clause="SEND-INPUT"), tmp_path)
    assert 'its caller\'s messages are now [{"conversation_id": "$0", "role": "changed"' in shown


def test_a_script_shows_an_answer_that_changed(tmp_path: Path) -> None:
    shown = output(script(tmp_path, "Odd", SEEN, replace(SEEN, number=1), altered=(object(),)), tmp_path)
    assert 'this answer {"total": 1} is now {"total": 2}' in shown


def test_a_script_waits_for_a_call_as_long_as_the_kit_did(tmp_path: Path) -> None:
    hung = replace(SEEN, call=Call(ONE * 2), messages=ONE * 2, told=Hung(0.4))
    assert "no answer for 1 s" in output(script(tmp_path, "Odd", hung), tmp_path)


def test_a_script_waits_as_long_as_the_server_asked_for(tmp_path: Path) -> None:
    limited = Trouble("RATE-LIMIT", {"fault": "RateLimited", "times": 1, "retry_after": 7}, "the server answered 429")
    text = script(tmp_path, "Odd", replace(SEEN, call=Call(ONE, trouble=limited)), replace(SEEN, number=1))
    assert text.index("/_mock/faults") < text.index("await asyncio.sleep(7)") < text.rindex("client_a.call(")


def test_a_script_begins_with_what_it_shows(tmp_path: Path) -> None:
    assert script(tmp_path, "Odd", SEEN).startswith("# TRUE: it is\\nnot true\nimport asyncio\n")


@pytest.mark.parametrize(
    ("clause", "steady", "says"),
    [
        pytest.param("TRUE", False, "# It does not happen every time.", id="unsteady"),
        pytest.param("AUTH-OWN", True, "# The kit's process had opened other clients before", id="one-client-alone"),
    ],
)
def test_a_script_says_why_it_may_not_show_it(clause: str, says: str, *, steady: bool) -> None:
    scenario = Scenario((CALL,))
    found = Counterexample(
        "0123", scenario, Observation(scenario, ()), Finding(clause, "it is not true"), steady=steady
    )
    assert reproduce.python(run_of("reference"), found).splitlines()[1].startswith(says)


def curl_of(scenario: Scenario, seen: CallSeen, dialect: str = "documented") -> str:
    observation = Observation(scenario, (Event((seen,), {}, {}),))
    found = Counterexample("0123", scenario, observation, Finding("TRUE", "it is not true", seen.number))
    return reproduce.curl(replace(run_of("reference"), dialect=dialect), found)


@pytest.mark.parametrize(
    ("seen", "has"),
    [
        pytest.param(
            replace(SEEN, revoked=True), "-X DELETE http://127.0.0.1:8765/_mock/keys/synap_dev\n", id="revoked"
        ),
        pytest.param(replace(SEEN, kind="unknown"), "-H 'Authorization: Bearer synap_nobody'", id="a-wrong-key"),
        pytest.param(replace(SEEN, call=Call(ONE, trouble=LOST)), '"fault": "Disconnected", "times": 1', id="trouble"),
        pytest.param(replace(SEEN, call=Call(ONE, trouble=MOVED)), '"http://127.0.0.1:9/there"', id="a-redirect"),
        pytest.param(replace(SEEN, call=Call(ONE, refused=(0,))), '"where": {"conversation_id": "$0"', id="refused"),
        pytest.param(replace(SEEN, at="nobody"), "http://127.0.0.1:9/v1/conversations/messages/batch", id="nobody"),
    ],
)
def test_the_curl_command_meets_what_the_call_met(seen: CallSeen, has: str) -> None:
    assert has in curl_of(Scenario((seen.call,)), seen)


def test_the_curl_command_sends_no_key_where_there_was_none() -> None:
    assert "Authorization" not in curl_of(Scenario((CALL,)), replace(SEEN, kind="missing"))


def test_the_curl_command_starts_a_server_like_the_one_that_was_there() -> None:
    text = curl_of(Scenario((CALL,), tenancy="b2b"), SEEN, "observed")
    assert text.startswith("synap-mock serve --api-key synap_dev --tenancy b2b --dialect observed & sleep 2\n")


@pytest.mark.whole
def test_the_curl_command_runs(tmp_path: Path) -> None:
    text = curl_of(Scenario((CALL,)), replace(SEEN, revoked=True)).replace(":8765/", ":8799/")
    text = text.replace("synap-mock serve", f"{sys.executable} -m synap_mock serve --port 8799")
    done = subprocess.run(
        ["/bin/bash", "-c", text], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60
    )
    assert "HTTP/1.1 401" in done.stdout, done


WRONG = {f"{each.module}:{each.factory}": each for each in catalogue() if each.label.clause}
FIRST = {each.label.clause: name for name, each in reversed(WRONG.items())}.values()


@pytest.mark.whole
@pytest.mark.parametrize("name", FIRST)
def test_the_script_of_each_clause_s_first_wrong_client_runs(
    name: str, run: Callable[..., Run], zoo: Path, tmp_path: Path
) -> None:
    exhibit: Exhibit = WRONG[name]
    clause = exhibit.label.clause
    alone = clause == "REUSE" or exhibit.module == "hanging"
    found = run(
        name,
        clause,
        in_process=not alone,
        deadline_s=2.5 if alone else 5.0,
        dialect="observed" if clause == "DIALECT" else "documented",
    )
    (result,) = found.clauses
    assert result.counterexample is not None
    text = reproduce.python(replace(found, options=("--path", str(zoo))), result.counterexample)
    assert re.search("^(returned|raised|no answer)", output(text, tmp_path), re.MULTILINE)
