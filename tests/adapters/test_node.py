"""The Node client keeps the contract, and the Node adapter tells the kit enough to catch clients that don't."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from adapters.spoken import NODE, ROOT, caught, started, verified

from synap_mock import SynapMock

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")

CLIENT = (ROOT / "contracts/adapters/node/client.mjs").as_uri()
ENTRY = {"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "role": "user", "content": "hi"}


def test_the_client_keeps_every_clause_that_the_language_lets_be_asked(tmp_path: Path) -> None:
    kept = verified(f"cmd:{NODE[0]} {NODE[1]}", tmp_path, "--examples", "3")
    others = {clause: outcome for clause, outcome in kept.items() if outcome != "passed"}
    assert others == dict.fromkeys(("SEND-WIDE-INTEGERS", "REUSE", "DIALECT"), "not-testable")


def test_the_client_gives_the_documented_answer_in_the_observed_dialect() -> None:
    fake = SynapMock(dialect="observed")
    fake.reject(1, error="too long")
    with fake.serve() as server, started(NODE) as adapter:
        adapter.open(server.url, fake.api_key)
        answer = adapter.ask(do="call", client="a", messages=[{**ENTRY, "content": text} for text in "abc"])["answer"]
    assert (answer["total"], answer["succeeded"], answer["failed"]) == (3, 2, 1)
    first, last = fake.messages
    assert answer["results"][1] == {"error": "too long"}
    assert [answer["results"][index]["message_id"] for index in (0, 2)] == [first.message_id, last.message_id]


@pytest.mark.parametrize(
    ("client", "clause"),
    [
        ("retries_server_errors", "ONCE"),
        ("renames_fields", "SEND-ATTRIBUTION"),
        ("loses_the_last", "SEND-ALL"),
        ("hides_its_error_class", "NET-REFUSED"),
        ("prints_its_headers", "AUTH-SECRET"),
        ("fills_in_the_callers_entries", "SEND-INPUT"),
    ],
)
def test_a_wrong_client_is_caught_by_its_clause(client: str, clause: str) -> None:
    module = ROOT / "tests/adapters/wrong" / f"{client}.mjs"
    assert caught(f"cmd:{NODE[0]} {NODE[1]} {module}", clause) == "failed"


def test_a_ping_is_answered_while_a_call_waits_for_its_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, started(NODE) as adapter:
        adapter.open(f"http://127.0.0.1:{silent.getsockname()[1]}", "synap_key")
        adapter.write(id=2, do="call", client="a", messages=[ENTRY])
        assert adapter.ask(do="ping") == {"id": 1, "answer": "pong"}


def test_a_module_without_a_factory_is_told_of(tmp_path: Path) -> None:
    module = tmp_path / "empty.mjs"
    module.write_text("export const answer = 42;\n")
    with started([*NODE, str(module)]) as adapter:
        assert "exports no function makeClient" in adapter.first["unusable"]


@pytest.mark.parametrize(
    "value",
    ["NaN", "-Infinity", "new Date(0)", "new Map()", "10n", "Symbol()", "() => 1", "[undefined]", "[, 1]", "itself"],
)
def test_a_value_that_json_cannot_say_is_refused_before_anything_is_sent(value: str) -> None:
    script = f"""
        import {{ InvalidInputError, makeClient }} from {json.dumps(CLIENT)};
        const itself = {{}};
        itself.again = itself;
        const client = makeClient({{ baseUrl: "http://127.0.0.1:1", apiKey: "synap_key" }});
        const entry = {{ ...{json.dumps(ENTRY)}, metadata: {{ a: {value} }} }};
        try {{
            await client.recordMessagesBatch([entry]);
        }} catch (error) {{
            console.log(error instanceof InvalidInputError);
        }}
    """
    done = subprocess.run(
        [NODE[0], "--input-type=module", "--eval", script], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.stdout, done.stderr) == ("true\n", "")


MINE = """
export class InvalidInputError extends Error {}
export const makeClient = () => ({
  recordMessagesBatch: async () => { throw new InvalidInputError("no"); },
});
"""


def synap_mock(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "synap_mock", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=60)


def test_the_adapter_that_is_printed_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "adapter.mjs").write_text(synap_mock(tmp_path, "adapter", "node").stdout, encoding="utf-8")
    (tmp_path / "mine.mjs").write_text(MINE, encoding="utf-8")
    spec = f"cmd:{NODE[0]} adapter.mjs ./mine.mjs"
    done = synap_mock(tmp_path, "verify", spec, "--profile", "quick", "--clause", "IN-ROLE")
    assert (done.returncode, "MUST:    1 passed" in done.stdout) == (0, True), done


def test_the_adapter_alone_asks_for_a_client(tmp_path: Path) -> None:
    (tmp_path / "adapter.mjs").write_text(synap_mock(tmp_path, "adapter", "node").stdout, encoding="utf-8")
    done = synap_mock(tmp_path, "verify", f"cmd:{NODE[0]} adapter.mjs")
    assert (done.returncode, done.stderr.strip().endswith("as in node adapter.mjs ./mine.mjs")) == (2, True), done
