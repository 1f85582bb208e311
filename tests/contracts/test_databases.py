"""Databases of counterexamples that machines share."""

from __future__ import annotations

import shutil
import socket
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from synap_contracts.clauses.clause import ClauseId
from synap_contracts.client.spec import Spec
from synap_contracts.commands import verify
from synap_contracts.runs.run import RunOptions, run_client
from synap_contracts.scenarios.databases import UnusableDatabase, check_database, without_password
from synap_contracts.scenarios.saved import SavedExamples
from tools import needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLES = ClauseId("IN-ROLE")
SERVER = shutil.which("redis-server") or shutil.which("valkey-server")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a server, and return its URL."""
    needs("redis-server", found=SERVER is not None)
    assert SERVER is not None
    folder = tmp_path_factory.mktemp("redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([SERVER, *options], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert any(b"Ready to accept" in line for line in server.stdout)
        yield f"redis://127.0.0.1:{port}/3"
        server.terminate()


@pytest.mark.parametrize("kind", ["folder", "redis", "valkey"])
def test_example_of_one_machine_runs_first_on_another(
    kind: str, zoo: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The other machine has an empty folder of its own, so that only the database has the example."""
    address = str(tmp_path / "shared") if kind == "folder" else request.getfixturevalue("redis").replace("redis", kind)
    spec = Spec("admitting:LowersRoles", (str(zoo),), in_process=True)
    one = RunOptions(spec, "quick", clauses=frozenset({ROLES}), examples=0, folder=tmp_path / "one", database=address)
    found = run_client(one).of("failed")[0].counterexample
    assert found is not None
    another = SavedExamples(tmp_path / "another", spec.text, address)
    assert found.scenario in another.load(ROLES)
    replayed = run_client(replace(one, folder=tmp_path / "third", replay=found.id)).of("failed")
    assert [each.clause.id for each in replayed] == [ROLES]
    another.delete(ROLES, found.scenario)
    assert found.scenario not in SavedExamples(None, spec.text, address).load(ROLES)


def test_example_of_another_machine_that_passes_is_forgotten(zoo: Path, tmp_path: Path) -> None:
    """So it ran: a run looks at nothing but what it plays."""
    address = str(tmp_path / "shared")
    wrong = Spec("admitting:LowersRoles", (str(zoo),), in_process=True)
    options = RunOptions(wrong, "quick", clauses=frozenset({ROLES}), examples=0)
    found = run_client(options).of("failed")[0].counterexample
    assert found is not None
    right = Spec("reference", in_process=True)
    SavedExamples(None, right.text, address).save(ROLES, found.scenario)
    assert found.scenario in SavedExamples(None, right.text, address).load(ROLES)
    assert run_client(replace(options, spec=right, database=address)).of("failed") == ()
    assert found.scenario not in SavedExamples(None, right.text, address).load(ROLES)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1:1", "has the scheme 'http'; expected a folder, or the URL of a Redis server"),
        ("redis://127.0.0.1:port", "is not a URL"),
        ("redis://user:secret@127.0.0.1:1/0", "no Redis server can be used at redis://127.0.0.1:1/0: Error 111"),
        ("/dev/null/folder", "cannot create the folder '/dev/null/folder'"),
    ],
)
def test_unusable_database_is_an_error_at_the_start(address: str, says: str) -> None:
    result = CliRunner().invoke(verify, ["reference", "--database", address])
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
    assert "secret" not in result.output


def test_database_that_ends_does_not_end_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = SavedExamples(tmp_path, "mine", "redis://127.0.0.1:1/9")
    assert saved.load(ROLES) == ()
    assert saved.load(ROLES) == ()
    assert capsys.readouterr().err.count("the example database redis://127.0.0.1:1/9 failed") == 1


def test_address_is_shown_without_a_password() -> None:
    assert without_password("rediss://:p@ss@host:1/2") == "rediss://host:1/2"


def test_usable_database_is_accepted(redis: str, tmp_path: Path) -> None:
    check_database(redis)
    check_database(str(tmp_path / "new" / "folder"))
    with pytest.raises(UnusableDatabase):
        check_database("redis://[::1")
