"""`synap-mock adapter check`: what an adapter gets wrong is said in words, before a run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from synap_contracts.client.checking import session
from synap_contracts.client.checking.checks import CHECKS, check
from synap_contracts.commands.adapter import adapter

if TYPE_CHECKING:
    from pathlib import Path

ADAPTER = """
import json, sys
from urllib.request import Request, urlopen
from urllib.error import HTTPError

def write(**fields):
    print(json.dumps(fields), flush=True)

def perform(do, client="", base_url="", api_key="", messages=(), **_):
    if do == "ping":
        return {"answer": "pong"}
    if do == "open":
        clients[client] = base_url, api_key
        return {"answer": None}
    if do == "close":
        return {"answer": clients.pop(client, None) and None}
    if do != "call" or client not in clients:
        return {"broken": "cannot"}
    url, key = clients[client]
    body = json.dumps({"messages": messages}).encode()
    headers = {"Authorization": f"Bearer {key}"}
    try:
        return {"answer": json.load(urlopen(Request(url + "/v1/conversations/messages/batch", body, headers)))}
    except HTTPError as error:
        return {"raised": {"class": "mine", "names": ["AuthenticationError"], "text": str(error)}}

clients = {}
write(hello={"protocol": 1, "name": "mine", "concurrent": False})
for line in sys.stdin:
    request = json.loads(line)
    write(id=request["id"], **perform(**{key: value for key, value in request.items() if key != "id"}))
"""
"""A correct adapter that has no optional features."""


def wrong(folder: Path, old: str, new: str, *names: str) -> dict[str, str]:
    """Return what is wrong with the adapter after a change, by check."""
    assert old in ADAPTER
    (folder / "adapter.py").write_text(ADAPTER.replace(old, new), encoding="utf-8")
    found = check([sys.executable, "-P", str(folder / "adapter.py")], names)
    return {each.name: "; ".join(each.texts) for each in found if each.outcome == "failed"}


QUICK = tuple(each for each in CHECKS if each not in {"concurrent", "timeout"})
STAYS = "clients = {}; import atexit, time; atexit.register(time.sleep, 9)"
SHARES = "clients.setdefault('', (base_url, api_key)); clients[client] = clients['']; base"
CHANGES = 'messages[0]["content"] = "hi"\n    body = json.dumps({'


def test_correct_adapter_has_nothing_wrong(tmp_path: Path) -> None:
    assert wrong(tmp_path, "mine", "mine", *QUICK) == {}


@pytest.mark.parametrize(
    ("old", "new", "name", "text"),
    [
        pytest.param("write(hello", "sys.exit('no key'); write(hello", "start", "status 1; its last", id="ends"),
        pytest.param('"protocol": 1', '"protocol": 2', "start", "not a hello of protocol 1", id="another version"),
        pytest.param('"name": "mine", ', "", "hello", "hello.name is missing; expected a string", id="no name"),
        pytest.param('"pong"', '"ok"', "ping", 'expected "answer": "pong"', id="another pong"),
        pytest.param("body = json.dumps({", CHANGES, "call", "unchanged", id="changes"),
        pytest.param('["AuthenticationError"]', "[]", "error", "raised.names is []", id="no names"),
        pytest.param("messages}", "messages[:100]}", "batch", "100 messages of 300", id="cuts"),
        pytest.param("clients[client] = base", SHARES, "keys", "key of the first one", id="one client"),
        pytest.param('{"broken": "cannot"}', '{"answer": 1}', "unknown", 'expected "broken"', id="does anything"),
        pytest.param('id=request["id"]', "id=0", "replies", "repeats the id of no open request", id="another id"),
        pytest.param('return {"answer": "pong"}', "return {}", "replies", 'none of "answer"', id="no outcome"),
        pytest.param('"pong"}', '"pong", "changed": 5}', "replies", "changed is 5; expected a string", id="wrong type"),
        pytest.param("write(hello", "print('ready'); write(hello", "output", "the line 'ready'", id="prints"),
        pytest.param("    request =", "    sys.exit(3)\n    request =", "ping", "ended with status 3", id="exits"),
        pytest.param("clients = {}", STAYS, "end", "did not end", id="stays"),
    ],
)  # fmt: skip
def test_mistake_is_named(old: str, new: str, name: str, text: str, tmp_path: Path) -> None:
    names = {"ping", name} if name in {"replies", "output"} else {name}
    assert text in wrong(tmp_path, old, new, *names)[name]


def test_clients_own_error_class_is_not_a_mistake_of_the_adapter(tmp_path: Path) -> None:
    assert wrong(tmp_path, '"AuthenticationError"', '"MineError"', "error") == {}


def test_serial_adapter_must_declare_it(tmp_path: Path) -> None:
    assert "concurrently" in wrong(tmp_path, ', "concurrent": False', "", "concurrent")["concurrent"]


@pytest.mark.whole  # it waits for 10 s
def test_timeout_that_is_declared_must_be_passed_on(tmp_path: Path) -> None:
    found = wrong(tmp_path, '"concurrent"', '"can": ["timeout_s"], "concurrent"', "timeout")
    assert "still waited after 10 s" in found["timeout"]


SILENT = "cmd:sh -c 'echo ready; cat'"


def test_missing_hello_is_reported_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SOON_S", 0.5)
    done = CliRunner().invoke(adapter, ["check", SILENT, "--wait", "1s"])
    assert done.stderr.startswith('no hello after 0.5 s, waiting up to 1 s; write {"hello": {"protocol": 1, ')


def test_other_output_before_the_hello_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(session, "SOON_S", 1.9)
    assert [each.name for each in check(["sh", "-c", "echo ready; cat"], start_s=2.0, report=texts.append)] == ["start"]
    assert texts[0].endswith("; so far, standard output has the line 'ready'")


def test_adapter_without_a_hello_has_status_2() -> None:
    done = CliRunner().invoke(adapter, ["check", SILENT, "--wait", "1s"])
    assert (done.exit_code, done.stderr) == (2, "")
    assert 'the adapter sent no hello within 1 s; write {"hello": ' in done.stdout


def test_limit_for_the_hello_must_be_a_duration() -> None:
    assert "'soon' is not a duration" in CliRunner().invoke(adapter, ["check", SILENT, "--wait", "soon"]).stderr


@pytest.mark.parametrize(("command", "status"), [("no-such-command", 2), (f"{sys.executable} -c pass", 2)])
def test_adapter_that_cannot_start_has_status_2(command: str, status: int) -> None:
    assert CliRunner().invoke(adapter, ["check", f"cmd:{command}"]).exit_code == status
