"""The curl client passes the clauses that bash, curl and jq allow."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from adapters.adapter import CURL, start_adapter, verify

if TYPE_CHECKING:
    from synap_mock import Server, SynapMock

pytestmark = [
    pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed") for name in ("bash", "curl", "jq")
]

CLAUSES = ("IN-ROLE", "AUTH-SECRET", "NET-LOST", "REDIRECT")
"""Enough for every way in which the client's function ends. All clauses take a minute."""


def test_client_passes_the_clauses(tmp_path: Path) -> None:
    chosen = [option for clause in CLAUSES for option in ("--clause", clause)]
    assert verify(f"cmd:{CURL[0]} {CURL[1]}", tmp_path, "--examples", "0", *chosen) == dict.fromkeys(CLAUSES, "passed")


def test_key_is_not_in_process_arguments(entry: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, start_adapter(CURL) as adapter:
        adapter.open(f"http://127.0.0.1:{silent.getsockname()[1]}", "synap_key_of_a_user")
        adapter.write(id=2, do="call", client="a", messages=[entry])
        with silent.accept()[0]:  # curl runs now
            children = psutil.Process(adapter.process.pid).children(recursive=True)
            (curl,) = (process for process in children if process.name() == "curl")
            assert "synap_key_of_a_user" not in str(curl.cmdline())


def test_curlrc_has_no_effect(tmp_path: Path, fake: SynapMock, server: Server, entry: dict[str, Any]) -> None:
    (tmp_path / ".curlrc").write_text('proxy = "http://127.0.0.1:1"\nlocation\nretry = 3\n')
    with start_adapter(CURL, {"HOME": str(tmp_path), "CURL_HOME": str(tmp_path)}) as adapter:
        adapter.open(server.url, fake.api_key)
        assert adapter.ask(do="call", client="a", messages=[entry])["answer"]["succeeded"] == 1


@pytest.mark.parametrize("missing", ["curl", "jq"])
def test_missing_tool_is_named(missing: str, tmp_path: Path) -> None:
    for name in {"bash", "curl", "jq"} - {missing}:
        (tmp_path / name).symlink_to(Path(shutil.which(name) or name))
    with start_adapter(CURL, {"PATH": str(tmp_path)}) as adapter:
        assert f"needs {missing}" in adapter.first["unusable"]
