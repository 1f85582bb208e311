"""The Node client passes the contract, and the Node adapter lets the kit catch clients that do not."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
from adapters.adapter import NODE, ROOT, outcome_of, start_adapter, verify
from click.testing import CliRunner
from synap_contracts import commands

from synap_mock import SynapMock

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")

CLIENT = (ROOT / "contracts/adapters/node/client.mjs").as_uri()
ENTRY = {"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "role": "user", "content": "hi"}


def test_client_passes_every_testable_clause(tmp_path: Path) -> None:
    outcomes = verify(f"cmd:{NODE[0]} {NODE[1]}", tmp_path, "--examples", "1")
    others = {clause: outcome for clause, outcome in outcomes.items() if outcome != "passed"}
    assert others == dict.fromkeys(("SEND-WIDE-INTEGERS", "REUSE", "DIALECT"), "not-testable")


def test_client_translates_the_observed_dialect() -> None:
    fake = SynapMock(dialect="observed")
    fake.reject(1, error="too long")
    with fake.serve() as server, start_adapter(NODE) as adapter:
        adapter.open(server.url, fake.api_key)
        answer = adapter.ask(do="call", client="a", messages=[{**ENTRY, "content": text} for text in "abc"])["answer"]
    assert (answer["total"], answer["succeeded"], answer["failed"]) == (3, 2, 1)
    first, last = fake.messages
    assert answer["results"][1] == {"error": "too long"}
    assert [answer["results"][index]["message_id"] for index in (0, 2)] == [first.message_id, last.message_id]


@pytest.mark.parametrize(
    ("client", "clause"),
    [
        pytest.param("retries_server_errors", "ONCE", marks=pytest.mark.whole),  # it waits: 13 s
        ("renames_fields", "SEND-ATTRIBUTION"),
        ("loses_the_last", "SEND-ALL"),
        ("hides_its_error_class", "NET-REFUSED"),
        ("prints_its_headers", "AUTH-SECRET"),
        ("fills_in_the_callers_entries", "SEND-INPUT"),
    ],
)
def test_wrong_client_is_caught_by_its_clause(client: str, clause: str) -> None:
    module = ROOT / "tests/adapters/wrong" / f"{client}.mjs"
    assert outcome_of(f"cmd:{NODE[0]} {NODE[1]} {module}", clause) == "failed"


def test_ping_is_answered_during_a_call() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, start_adapter(NODE) as adapter:
        adapter.open(f"http://127.0.0.1:{silent.getsockname()[1]}", "synap_key")
        adapter.write(id=2, do="call", client="a", messages=[ENTRY])
        assert adapter.ask(do="ping") == {"id": 1, "answer": "pong"}


def test_module_without_factory_is_an_error(tmp_path: Path) -> None:
    module = tmp_path / "empty.mjs"
    module.write_text("export const answer = 42;\n")
    with start_adapter([*NODE, str(module)]) as adapter:
        assert "exports no function makeClient" in adapter.first["unusable"]


OUTSIDE_JSON = (
    *("NaN", "-Infinity", "new Date(0)", "new Map()", "10n"),
    *("Symbol()", "() => 1", "[undefined]", "[, 1]", "itself"),
)


@pytest.fixture(scope="module")
def raised_for_values() -> dict[str, bool]:
    """Send each value in metadata, and return whether an `InvalidInputError` was raised."""
    script = f"""
        import {{ InvalidInputError, makeClient }} from {json.dumps(CLIENT)};
        const itself = {{}};
        itself.again = itself;
        const client = makeClient({{ baseUrl: "http://127.0.0.1:1", apiKey: "synap_key" }});
        const raised = [];
        for (const a of [{", ".join(OUTSIDE_JSON)}]) {{
            const sent = client.recordMessagesBatch([{{ ...{json.dumps(ENTRY)}, metadata: {{ a }} }}]);
            raised.push(await sent.then(() => null, (error) => error instanceof InvalidInputError));
        }}
        console.log(JSON.stringify(raised));
    """
    command = [NODE[0], "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return dict(zip(OUTSIDE_JSON, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("value", OUTSIDE_JSON)
def test_value_outside_json_is_rejected_before_sending(value: str, raised_for_values: dict[str, bool]) -> None:
    assert raised_for_values[value]


MINE = """
export class InvalidInputError extends Error {}
export const makeClient = ({ baseUrl, apiKey }) => ({
  recordMessagesBatch: async (messages) => {
    if (!messages.every(({ role }) => ["user", "assistant"].includes(role))) throw new InvalidInputError("role");
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
    const body = JSON.stringify({ messages });
    return (await fetch(`${baseUrl}/v1/conversations/messages/batch`, { method: "POST", headers, body })).json();
  },
});
"""


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the printed adapter."""
    (tmp_path / "adapter.mjs").write_text(CliRunner().invoke(commands.adapter, ["node"]).output, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_printed_adapter_is_self_contained(printed: Path) -> None:
    (printed / "mine.mjs").write_text(MINE, encoding="utf-8")
    assert outcome_of(f"cmd:{NODE[0]} adapter.mjs ./mine.mjs", "IN-ROLE") == "passed"


@pytest.mark.usefixtures("printed")
def test_adapter_without_client_is_an_error() -> None:
    done = CliRunner().invoke(commands.verify, [f"cmd:{NODE[0]} adapter.mjs", "--jobs", "1"])
    assert (done.exit_code, done.stderr.strip().endswith("as in node adapter.mjs ./mine.mjs")) == (2, True), done
