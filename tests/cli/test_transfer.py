"""``synap-mock export``, ``import`` and ``serve --load``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
from cli.serving import failed, running
from click.testing import CliRunner

from synap_mock import SynapMock
from synap_mock.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from synap_mock import Server


def test_export_and_import_move_what_a_server_has(fake: SynapMock, server: Server, tmp_path: Path) -> None:
    fake.remember("Ann drinks tea.")
    file = str(tmp_path / "state.jsonl")
    assert CliRunner().invoke(main, ["export", "--url", server.url, file]).exit_code == 0
    fake.reset()
    done = CliRunner().invoke(main, ["import", "--url", server.url, file])
    assert (done.exit_code, done.stderr) == (0, "imported 0 messages\n")
    assert [memory.text for memory in fake.memories] == ["Ann drinks tea."]


def test_export_writes_to_standard_output(fake: SynapMock, server: Server, tmp_path: Path) -> None:
    fake.save(tmp_path / "state.jsonl")
    assert CliRunner().invoke(main, ["export", "--url", server.url]).stdout_bytes == (
        (tmp_path / "state.jsonl").read_bytes()
    )


def test_import_reports_the_line_that_is_rejected(server: Server) -> None:
    done = CliRunner().invoke(main, ["import", "--url", server.url], input="nonsense\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "line 1: it must be JSON; Expecting value" in done.stderr


def test_the_commands_send_the_control_token() -> None:
    with SynapMock(control_token="secret").serve() as server:
        assert CliRunner().invoke(main, ["export", "--url", server.url, "--control-token", "secret"]).exit_code == 0
        done = CliRunner().invoke(main, ["export", "--url", server.url])
        assert (done.exit_code, "requires its token" in done.stderr) == (2, True)


def test_export_without_a_server_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "state.jsonl"
    file.write_text("before")
    done = CliRunner().invoke(main, ["export", "--url", "http://127.0.0.1:1", str(file)])
    assert (done.exit_code, "start `synap-mock serve`" in done.stderr) == (2, True)
    assert file.read_text() == "before"


def test_serve_starts_with_a_loaded_file(fake: SynapMock, tmp_path: Path) -> None:
    fake.remember("Ann drinks tea.")
    fake.save(tmp_path / "state.jsonl")
    arguments = ("--log-format", "json", "--load", str(tmp_path / "state.jsonl"))
    with running(*arguments) as (_, line):
        memories = httpx.get(f"{json.loads(line)['url']}/_mock/memories", trust_env=False).json()["memories"]
    assert [memory["text"] for memory in memories] == ["Ann drinks tea."]


def test_serve_does_not_start_with_an_invalid_file(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_text("{}\n")
    assert 'state.jsonl: line 1: it must be an object with a "type"' in failed("--load", str(tmp_path / "state.jsonl"))
