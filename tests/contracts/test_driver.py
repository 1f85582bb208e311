"""The kit's side of the protocol: an error of an adapter is never attributed to the client."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from synap_contracts.client import driver
from synap_contracts.client.process import Process, UnusableClient
from synap_contracts.client.protocol import AdapterError, Ended, Hung, Raised, Returned, encode
from synap_contracts.client.spec import Spec
from synap_contracts.observation.violation import format_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HELLO = 'import json, sys, time; print(\'{"hello": {"protocol": 1, "name": "a"}}\', flush=True)'
EACH = "\nfor line in sys.stdin:\n    request = json.loads(line)\n    "


@pytest.fixture
def adapter() -> Iterator[Callable[[str], Process]]:
    """Starts an adapter that is a Python script, and ends it."""
    started: list[Process] = []

    def start(script: str) -> Process:
        started.append(Process([sys.executable, "-P", "-c", script]))
        return started[-1]

    yield start
    for process in started:
        process.end()


def test_lines_are_ascii() -> None:
    assert encode({"content": "é\ud800\u2028"}) == b'{"content":"\\u00e9\\ud800\\u2028"}\n'


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("print('ready')", "a line that is not a JSON object: b'ready"),
        ("print('{}')", "first line is not a hello of protocol 1"),
        ('print(\'{"hello": {"protocol": 2}}\')', "first line is not a hello of protocol 1"),
    ],
    ids=["text", "something-else", "another-version"],
)
def test_invalid_first_line_is_an_error(script: str, error: str, adapter: Callable[[str], Process]) -> None:
    with pytest.raises((AdapterError, UnusableClient), match=error):
        adapter(script)


def test_adapter_that_ends_at_once_is_unusable(adapter: Callable[[str], Process]) -> None:
    with pytest.raises(UnusableClient, match=r"ended with status 1; its last output: (.|\n)*no such thing"):
        adapter("raise SystemExit('no such thing')")


def test_missing_command_is_unusable() -> None:
    with pytest.raises(UnusableClient, match="cannot run 'no-such-command-anywhere'"):
        Process(["no-such-command-anywhere"])


@pytest.mark.parametrize(
    ("behavior", "error"),
    [
        ("sys.exit(3)", "ended with status 3"),
        ("print('oops', flush=True)", "a line that is not a JSON object: b'oops"),
        ("print(json.dumps({'id': request['id']}), flush=True)", 'neither "answer" nor "raised"'),
        ("print(json.dumps({'id': request['id'], 'broken': 'no disk'}), flush=True)", "no disk"),
    ],
    ids=["crashes", "prints", "reply-without-content", "broken"],
)
def test_misbehaving_adapter_is_an_adapter_error(behavior: str, error: str, adapter: Callable[[str], Process]) -> None:
    process = adapter(HELLO + EACH + behavior)
    with pytest.raises(AdapterError, match=error):
        process.close("a")


def test_missing_pong_is_an_adapter_error(adapter: Callable[[str], Process], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "PONG_S", 0.3)
    process = adapter(HELLO + EACH + "pass")
    with pytest.raises(AdapterError, match="did not answer a ping"):
        process.outcome(process.send("call", client="a", messages=[]), 0.1)


def test_client_hung_if_its_adapter_answers_a_ping(adapter: Callable[[str], Process]) -> None:
    pong = "if request['do'] == 'ping': print(json.dumps({'id': request['id'], 'answer': 'pong'}), flush=True)"
    process = adapter(HELLO + EACH + pong)
    assert isinstance(process.outcome(process.send("call", client="a", messages=[]), 0.1), Hung)


def test_replies_can_arrive_in_any_order(adapter: Callable[[str], Process]) -> None:
    later = (
        "ids = globals().setdefault('ids', []); ids.append(request['id'])\n"
        "    if len(ids) == 2:\n"
        "        for id_ in reversed(ids): print(json.dumps({'id': id_, 'answer': id_}), flush=True)"
    )
    process = adapter(HELLO + EACH + later)
    numbers = [process.send("call", client="a", messages=[]) for _ in range(2)]
    assert [process.outcome(number, 20) for number in numbers] == [Returned(number) for number in numbers]


def test_standard_error_is_output_of_the_client(adapter: Callable[[str], Process]) -> None:
    prints = "print('hm', file=sys.stderr, flush=True)"
    replies = "print(json.dumps({'id': request['id'], 'answer': None}), flush=True)"
    process = adapter(f"{HELLO}{EACH}{prints}; {replies}")
    process.close("a")
    assert "hm" in "".join(process.stop_listening())


CLIENT = """
import os, sys

class Client:
    def __init__(self, base_url, api_key):
        pass

    def record_messages_batch(self, messages):
        try:
            return {"read": input(messages[0])}
        except EOFError:
            print("printed")
            os.system("echo by a child; cat")
            sys.stdout.close()
            return {"read": None}

    def close(self):
        os.kill(os.getpid(), 9)
"""


def test_python_client_has_neither_side_of_the_protocol(tmp_path: Path) -> None:
    """Its standard input is empty, and what it prints is not a reply, even if it closes its standard output."""
    (tmp_path / "reads_input.py").write_text(CLIENT)
    client = Spec("reads_input:Client", (str(tmp_path),)).start()
    try:
        client.open("a", "http://127.0.0.1:1", "key", timeout_s=1.0, retry="fast")
        answers = [client.outcome(client.send("call", client="a", messages=["m"]), 20) for _ in range(2)]
        ended = client.close("a")
    finally:
        client.end()
    assert answers[0] == Returned({"read": None})
    assert isinstance(answers[1], Raised)  # it closed its own standard output
    assert isinstance(ended, Ended)
    assert format_end(ended) == "ended its process with SIGKILL"


def test_end_of_an_adapter_that_declares_it_is_the_clients(adapter: Callable[[str], Process]) -> None:
    process = adapter(HELLO.replace('"a"', '"a", "can": ["ends"]') + EACH + "sys.exit('no memory')")
    outcome = process.close("a")
    assert isinstance(outcome, Ended)
    assert (outcome.status, outcome.output) == (1, "no memory")


def test_end_while_another_client_is_closed_is_not_attributed(adapter: Callable[[str], Process]) -> None:
    process = adapter(HELLO.replace('"a"', '"a", "can": ["ends"]') + EACH + "if request['do'] == 'close': sys.exit(1)")
    process.close_later("a")
    with pytest.raises(AdapterError, match="ended with status 1"):
        process.open("b", "http://127.0.0.1:1", "key", timeout_s=1.0, retry="fast")
