"""Our side of the adapter protocol: what an adapter does wrong is told as the adapter's, never as the client's."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from synap_contracts.client import driver
from synap_contracts.client.process import Process, Unusable
from synap_contracts.client.protocol import AdapterError, Hung, Returned, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HELLO = 'import json, sys, time; print(\'{"hello": {"protocol": 1, "name": "a"}}\', flush=True)'
EACH = "\nfor line in sys.stdin:\n    ask = json.loads(line)\n    "


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


def test_a_line_is_ascii_whatever_it_says() -> None:
    assert encode({"content": "é\ud800\u2028"}) == b'{"content":"\\u00e9\\ud800\\u2028"}\n'


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("print('ready')", "a line that is no JSON object: b'ready"),
        ("print('{}')", "first line is no hello of protocol 1"),
        ('print(\'{"hello": {"protocol": 2}}\')', "first line is no hello of protocol 1"),
    ],
    ids=["text", "something-else", "another-version"],
)
def test_a_first_line_that_is_no_hello(script: str, says: str, adapter: Callable[[str], Process]) -> None:
    with pytest.raises((AdapterError, Unusable), match=says):
        adapter(script)


def test_an_adapter_that_ends_at_once_is_unusable(adapter: Callable[[str], Process]) -> None:
    with pytest.raises(Unusable, match=r"ended with status 1; its last words: (.|\n)*no such thing"):
        adapter("raise SystemExit('no such thing')")


def test_a_command_that_there_is_not() -> None:
    with pytest.raises(Unusable, match="cannot run 'no-such-command-anywhere'"):
        Process(["no-such-command-anywhere"])


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ("sys.exit(3)", "ended with status 3"),
        ("print('oops', flush=True)", "a line that is no JSON object: b'oops"),
        ("print(json.dumps({'id': ask['id']}), flush=True)", 'neither "answer" nor "raised"'),
        ("print(json.dumps({'id': ask['id'], 'broken': 'no disk'}), flush=True)", "no disk"),
    ],
    ids=["crashes", "prints", "says-nothing", "breaks"],
)
def test_what_an_adapter_does_wrong(behaviour: str, says: str, adapter: Callable[[str], Process]) -> None:
    process = adapter(HELLO + EACH + behaviour)
    with pytest.raises(AdapterError, match=says):
        process.close("a")


def test_an_adapter_without_a_pong_is_told_as_such(
    adapter: Callable[[str], Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "PONG_S", 0.3)
    process = adapter(HELLO + EACH + "pass")
    with pytest.raises(AdapterError, match="answered no ping"):
        process.outcome(process.ask("call", client="a", messages=[]), 0.1)


def test_a_client_that_hangs_while_its_adapter_answers_hung(adapter: Callable[[str], Process]) -> None:
    pong = "if ask['do'] == 'ping': print(json.dumps({'id': ask['id'], 'answer': 'pong'}), flush=True)"
    process = adapter(HELLO + EACH + pong)
    assert isinstance(process.outcome(process.ask("call", client="a", messages=[]), 0.1), Hung)


def test_answers_may_come_in_any_order(adapter: Callable[[str], Process]) -> None:
    later = (
        "kept = globals().setdefault('kept', []); kept.append(ask['id'])\n"
        "    if len(kept) == 2:\n"
        "        for id_ in reversed(kept): print(json.dumps({'id': id_, 'answer': id_}), flush=True)"
    )
    process = adapter(HELLO + EACH + later)
    asked = [process.ask("call", client="a", messages=[]) for _ in range(2)]
    assert [process.outcome(number, 20) for number in asked] == [Returned(number) for number in asked]


def test_standard_error_is_the_clients_own(adapter: Callable[[str], Process]) -> None:
    said = "print('hm', file=sys.stderr, flush=True)"
    answered = "print(json.dumps({'id': ask['id'], 'answer': None}), flush=True)"
    process = adapter(f"{HELLO}{EACH}{said}; {answered}")
    process.close("a")
    assert "hm" in "".join(process.heard())
