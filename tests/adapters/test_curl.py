"""The curl client keeps the contract as far as bash, curl and jq let it."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from adapters.spoken import CURL, started, verified

if TYPE_CHECKING:
    from synap_mock import Server, SynapMock

pytestmark = [
    pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed") for name in ("bash", "curl", "jq")
]

ASKED = ("IN-ROLE", "AUTH-SECRET", "NET-LOST", "REDIRECT")
"""Enough to meet every way that the client's function ends; all clauses take a minute, for want of speed."""


def test_the_client_keeps_the_clauses_that_it_is_asked(tmp_path: Path) -> None:
    chosen = [option for clause in ASKED for option in ("--clause", clause)]
    assert verified(f"cmd:{CURL[0]} {CURL[1]}", tmp_path, "--examples", "0", *chosen) == dict.fromkeys(ASKED, "passed")


def test_the_key_is_in_no_process_arguments(entry: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, started(CURL) as adapter:
        adapter.open(f"http://127.0.0.1:{silent.getsockname()[1]}", "synap_key_of_somebody")
        adapter.write(id=2, do="call", client="a", messages=[entry])
        with silent.accept()[0]:  # curl runs now
            started_by_it = psutil.Process(adapter.process.pid).children(recursive=True)
            (curl,) = (process for process in started_by_it if process.name() == "curl")
            assert "synap_key_of_somebody" not in str(curl.cmdline())


def test_the_users_curlrc_changes_nothing(
    tmp_path: Path, fake: SynapMock, server: Server, entry: dict[str, Any]
) -> None:
    (tmp_path / ".curlrc").write_text('proxy = "http://127.0.0.1:1"\nlocation\nretry = 3\n')
    with started(CURL, {"HOME": str(tmp_path), "CURL_HOME": str(tmp_path)}) as adapter:
        adapter.open(server.url, fake.api_key)
        assert adapter.ask(do="call", client="a", messages=[entry])["answer"]["succeeded"] == 1


@pytest.mark.parametrize("missing", ["curl", "jq"])
def test_a_missing_tool_is_named(missing: str, tmp_path: Path) -> None:
    for name in {"bash", "curl", "jq"} - {missing}:
        (tmp_path / name).symlink_to(Path(shutil.which(name) or name))
    with started(CURL, {"PATH": str(tmp_path)}) as adapter:
        assert f"needs {missing}" in adapter.first["unusable"]
